import type { RunningCommand } from '../../support/net/run-command.ts'
import type { TestApp } from '../../support/app/test-app.ts'

/**
 * Starts dray on the client and gives it back once it has printed a line that matches.
 * @throws with what it printed when it ended before
 */
export async function startUntil(
  app: TestApp,
  command: {
    args: readonly string[]
    env?: Readonly<Record<string, string>>
    onLine?: (line: string) => void
  },
  wanted: RegExp,
): Promise<RunningCommand> {
  let saw = (): void => undefined
  const seen = new Promise<'seen'>((resolve) => {
    saw = () => resolve('seen')
  })
  const running = app.startDray(command.args, {
    env: command.env ?? {},
    onLine: (line) => {
      command.onLine?.(line)
      if (wanted.test(line)) saw()
    },
  })
  const first = await Promise.race([seen, running.done])
  if (first === 'seen') return running
  throw new Error(
    `dray ended with ${first.exitCode} before ${wanted} was seen: ${first.stderr}${first.stdout}`,
  )
}
