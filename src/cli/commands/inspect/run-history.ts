import { createReleaseArchive } from '../../../adapters/directory/release-archive.ts'
import { GATE_ENTRIES, historyRequest } from '../../../adapters/gate/gate-answer.ts'
import { readToldHistory, type HostHistory, type ToldHistory } from '../../../adapters/gate/told-history.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { readHistory } from '../../../deploy/releases/history.ts'
import { readTaskHistory } from '../../../deploy/tasks/task-history.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderHistory } from '../../../ui/render/results/render-history.ts'
import { renderSteps } from '../../../ui/render/results/render-steps.ts'
import { renderTaskHistory } from '../../../ui/render/results/render-task-history.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import { failureFrom } from '../../../deploy/execute/failure.ts'
import { joinFailures, nameHost, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import { nameEnvironment } from '../../../shared/name-environment.ts'
import { openRunners } from '../../command/connect-each.ts'
import type { CliContext } from '../../command/context.ts'
import type { JsonResult } from '../../command/json-line.ts'
import { loadEnvironment } from '../../command/load-environment.ts'
import { readCount } from '../../command/read-count.ts'
import type { historyCommand } from './history.ts'
import { showRelease } from './show-release.ts'
import { openGates, type ThroughGate } from './through-gate.ts'

/** Prints the history, or one release, of every host that answers; returns the exit code. Then throws the errors of the others. */
export async function runHistory(
  command: InputOf<typeof historyCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const limit = readCount(command.options.limit ?? '20', '--limit')
  const input = await loadEnvironment(command, context, { swarm: true })
  const output = createCommandOutput({ ...input, options: command.global }, context)
  const { print, json, style, clean } = output
  const { release } = command.arguments
  if (release !== undefined) {
    refuseForRelease(command.options)
    return showRelease(release, { ...input, output: { ...output, isJson: command.global.json } }, context)
  }
  const { hosts, path } = input.config.environment
  const { signal } = context
  const isDetailed = command.options.steps === true
  const gates = openGates(context.clock)
  // A program gets fewer entries than it asked for, too.
  const tell = (text: string): void => {
    if (command.global.json) context.stderr.write(`${clean(text)}\n`)
    else output.note(text)
  }
  const read = (runner: CommandRunner): Promise<readonly ToldHistory[]> => {
    const readArchive = async (): Promise<readonly ToldHistory[]> => {
      const archive = createReleaseArchive({ runner, path, steps: isDetailed ? 'all' : 'some' })
      // One more, to find the images that the last one changed.
      const records = await archive.read(limit + 1, signal)
      return [
        {
          host: runner.name,
          attempts: readHistory(records, limit),
          tasks: readTaskHistory(records, limit),
        },
      ]
    }
    const { entries: most, ...asked } = historyRequest(limit, { withSteps: isDetailed })
    const through: ThroughGate<readonly ToldHistory[]> = {
      ...{ ...asked, path },
      read: (answer, isOlder) => {
        const told = readToldHistory(answer, { host: runner.name, limit })
        const entries = isOlder ? GATE_ENTRIES.usual : most
        if (limit > entries && told.some((it) => isFull(it, entries)))
          tell(`The gate of ${runner.name} gives the last ${entries} entries alone. ${whyFew(entries)}`)
        return told
      },
    }
    return gates.read(runner, readArchive, { through, signal })
  }
  await using opened = await openRunners(hosts, context)
  const { results, failures } = await settleEachHost(
    opened.runners,
    ({ name }) => name,
    (runner) => orError(read(runner), { host: runner.name, hosts, signal }),
  )
  const histories = results.flat()
  const errors = new Map<string, DrayError>()
  for (const it of histories) {
    if ('error' in it) {
      errors.set(it.host, it.error)
      continue
    }
    const { host, attempts, tasks } = cleanValue(it, clean)
    if (command.global.json) {
      for (const line of historyLines({ host, attempts, tasks }, isDetailed)) json(line)
      continue
    }
    const now = context.clock.now()
    if (histories.length > 1 || hosts.length > 1) print(style.colors.bold(host))
    print(renderHistory(attempts, style, now))
    if (isDetailed) print(renderSteps(attempts, style))
    if (tasks.length > 0) print(`\n${renderTaskHistory(tasks, style, now)}`)
  }
  if (command.global.json && histories.length > 1)
    for (const [host, error] of errors) json(unreadLine(host, error, input.config.environment.name))
  // An interrupt or a bug comes first.
  if (failures.length > 0) throw joinFailures(failures)
  if (errors.size > 0) throw joinFailures([...errors.values()])
  return EXIT.done
}

/** Whether a host may have more entries than the gate has given. */
function isFull(told: ToldHistory, entries: number): boolean {
  return !('error' in told) && Math.max(told.attempts.length, told.tasks.length) >= entries
}

function whyFew(entries: number): string {
  if (entries === GATE_ENTRIES.most) return 'With another key, `dray history` reads more.'
  return 'With a newer dray there, or with another key, `dray history` reads more.'
}

/** The failure of a host beside the histories of the others. Throws after an abort, and what is no failure of its own. */
async function orError(
  read: Promise<readonly ToldHistory[]>,
  { host, hosts, signal }: { host: string; hosts: readonly string[]; signal: AbortSignal },
): Promise<readonly ToldHistory[]> {
  try {
    return await read
  } catch (error) {
    if (signal.aborted || !(error instanceof DrayError)) throw error
    return [{ host, error: hosts.length === 1 ? error : nameHost(error, host) }]
  }
}

function unreadLine(
  host: string,
  error: DrayError,
  environment: string,
): JsonResult & { type: 'history.unread' } {
  const failure = failureFrom(error)
  const hint = nameEnvironment(failure.hint, environment)
  return { type: 'history.unread', host, failure: { ...failure, hint } }
}

/** Options of the list alone. Throws USAGE. */
function refuseForRelease(options: InputOf<typeof historyCommand>['options']): void {
  const named = options.steps === true ? '--steps' : options.limit === undefined ? undefined : '--limit'
  if (named === undefined) return
  throw new DrayError('USAGE', `A release excludes \`${named}\`, which is for the list.`, {
    hint: 'Leave out one of them.',
  })
}

/** The history of a host as lines of `--json`. */
export function historyLines(
  { host, attempts, tasks }: HostHistory,
  withSteps: boolean,
): (JsonResult & { type: 'history.attempt' | 'history.task' })[] {
  const startOf = (startedAtMs: number) => ({ host, startedAt: new Date(startedAtMs).toISOString() })
  return [
    ...attempts.map(({ startedAtMs, steps, plan, samples, ...attempt }) => ({
      type: 'history.attempt' as const,
      ...startOf(startedAtMs),
      ...attempt,
      ...(withSteps && { steps, plan, samples }),
    })),
    ...tasks.map(({ startedAtMs, ...task }) => ({
      type: 'history.task' as const,
      ...startOf(startedAtMs),
      ...task,
    })),
  ]
}
