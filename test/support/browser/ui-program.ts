import type { RunningCommand } from '../net/run-command.ts'
import type { TestApp } from '../app/test-app.ts'

/** `dray ui` on the client, until it is disposed of. */
export type UiProgram = AsyncDisposable & { url: string; running: RunningCommand }

/** How `dray ui` is started; it is killed after `lastsMs`, ten minutes by default. */
export type UiOptions = { args?: readonly string[]; lastsMs?: number }

/** Starts it and waits for its link. */
export async function startUi(
  app: TestApp,
  { args = [], lastsMs = 600_000 }: UiOptions = {},
): Promise<UiProgram> {
  const linkOf = (text: string): string | undefined => /^http:\S+$/.exec(text)?.[0]
  let tell: (url: string) => void
  const link = new Promise<string>((resolve) => (tell = resolve))
  const running = app.startDray(['ui', ...args], {
    timeoutMs: lastsMs,
    onLine: (line) => {
      const url = linkOf(line)
      if (url !== undefined) tell(url)
    },
  })
  const ended = running.done.then(({ stderr }): never => {
    throw new Error(`dray ui ended: ${stderr}`)
  })
  ended.catch(() => undefined)
  const url = await Promise.race([link, ended])
  return {
    url,
    running,
    [Symbol.asyncDispose]: async () => {
      running.kill('SIGINT')
      await running.done
    },
  }
}
