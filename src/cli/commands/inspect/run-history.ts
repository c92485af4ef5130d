import { createReleaseArchive } from '../../../adapters/directory/release-archive.ts'
import { readHistory } from '../../../deploy/releases/history.ts'
import { readTaskHistory } from '../../../deploy/tasks/task-history.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderHistory } from '../../../ui/render/results/render-history.ts'
import { renderSteps } from '../../../ui/render/results/render-steps.ts'
import { renderTaskHistory } from '../../../ui/render/results/render-task-history.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import { joinFailures, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import { connectReachable } from '../../command/connect-hosts.ts'
import type { CliContext } from '../../command/context.ts'
import { loadEnvironment } from '../../command/load-environment.ts'
import { readCount } from '../../command/read-count.ts'
import type { historyCommand } from './history.ts'

/** Prints the history of every host that answers; returns the exit code. Then throws the errors of the others. */
export async function runHistory(
  command: InputOf<typeof historyCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const limit = readCount(command.options.limit ?? '20', '--limit')
  const input = await loadEnvironment(command, context, { swarm: true })
  const { print, json, style, clean } = createCommandOutput({ ...input, options: command.global }, context)
  const { hosts, path } = input.config.environment
  const down: unknown[] = []
  await using connected = await connectReachable(input, context, (error) => void down.push(error))
  const { results: histories, failures } = await settleEachHost(
    connected.hosts,
    ({ name }) => name,
    async ({ name, runner }) => {
      const steps = command.options.steps === true ? 'all' : 'some'
      const archive = createReleaseArchive({ runner, path, steps })
      // One more, to find the images that the last one changed.
      const records = await archive.read(limit + 1, context.signal)
      const found = { attempts: readHistory(records, limit), tasks: readTaskHistory(records.journal, limit) }
      return { name, ...cleanValue(found, clean) }
    },
  )
  for (const { name, attempts, tasks } of histories) {
    if (command.global.json) {
      const startOf = (startedAtMs: number) => ({
        host: name,
        startedAt: new Date(startedAtMs).toISOString(),
      })
      for (const { startedAtMs, steps, plan, samples, ...attempt } of attempts) {
        const shown = command.options.steps === true ? { steps, plan, samples } : {}
        json({ type: 'history.attempt', ...startOf(startedAtMs), ...attempt, ...shown })
      }
      for (const { startedAtMs, ...task } of tasks)
        json({ type: 'history.task', ...startOf(startedAtMs), ...task })
      continue
    }
    const now = context.clock.now()
    if (hosts.length > 1) print(style.colors.bold(name))
    print(renderHistory(attempts, style, now))
    if (command.options.steps === true) print(renderSteps(attempts, style))
    if (tasks.length > 0) print(`\n${renderTaskHistory(tasks, style, now)}`)
  }
  const all = [...down, ...failures]
  if (all.length > 0) throw joinFailures(all)
  return EXIT.done
}
