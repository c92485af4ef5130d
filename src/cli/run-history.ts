import { readHistory } from '../deploy/history.ts'
import { DrayError } from '../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../errors/exit-code.ts'
import { cleanValue } from '../ui/clean-event.ts'
import { renderHistory } from '../ui/render-history.ts'
import type { CommandInput } from './command.ts'
import { createCommandOutput } from './command-output.ts'
import { connectHosts } from './connect-hosts.ts'
import type { CliContext } from './context.ts'
import { loadEnvironment } from './load-environment.ts'
import { textOption } from './option.ts'

const DEFAULT_LIMIT = 20

/** Prints the history of every host; gives the exit code. */
export async function runHistory(command: CommandInput, context: CliContext): Promise<ExitCode> {
  const limit = readLimit(textOption(command.options, 'limit'))
  const input = await loadEnvironment(command, context)
  const { print, json, look, clean } = createCommandOutput({ ...input, options: command.global }, context)
  await using connected = await connectHosts(input, context)
  const histories = await Promise.all(
    connected.hosts.map(async ({ name, archive }) => {
      // One more, whose images tell what the last one changed.
      const attempts = readHistory(await archive.read(limit + 1, context.signal), limit)
      return { name, attempts: cleanValue(attempts, clean) }
    }),
  )
  for (const { name, attempts } of histories) {
    if (command.global.json) {
      for (const { startedAtMs, ...attempt } of attempts)
        json('history.attempt', { host: name, startedAt: new Date(startedAtMs).toISOString(), ...attempt })
      continue
    }
    if (histories.length > 1) print(look.colors.bold(name))
    print(renderHistory(attempts, look, context.clock.now()))
  }
  return EXIT.done
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new DrayError('USAGE', `\`${text}\` after --limit is not a number from 1 to 99999.`)
}
