import { measureLogs } from '../../../adapters/directory/log-size.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { reportDisk, type DiskReport } from '../../../operations/disk/disk-report.ts'
import { observeDisk, type HostDiskObservation } from '../../../operations/disk/observe-disk.ts'
import { observeNodes } from '../../../operations/disk/swarm-disk.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderDiskReport } from '../../../ui/render/results/render-disk-report.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import { joinFailures, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import { connectReachable } from '../../command/connect-hosts.ts'
import { connectSwarmDisks } from '../../command/connect-swarm-disks.ts'
import type { CliContext } from '../../command/context.ts'
import { describeUnread } from './describe-unread.ts'
import type { diskCommand } from './disk.ts'
import { diskHost } from './disk-host.ts'
import { withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'

type Work = { input: EnvironmentInput; hostName: string | undefined; output: CommandOutput }

/** Prints the disk usage of every host that answers; returns the exit code. Then throws the errors of the others. */
export async function runDisk(command: InputOf<typeof diskCommand>, context: CliContext): Promise<ExitCode> {
  const input = await loadEnvironment(command, context, { swarm: true })
  const work = { input, hostName: command.options.host, output: createCommandOutput(input, context) }
  const isSwarm = input.config.environment.engine === 'swarm'
  const failures = await (isSwarm ? reportSwarm(work, context) : reportHosts(work, context))
  if (failures.length > 0) throw joinFailures(failures)
  return EXIT.done
}

async function reportHosts(work: Work, context: CliContext): Promise<readonly unknown[]> {
  const input = withNamedHost(work.input, work.hostName)
  const { app, environment } = input.config
  const down: unknown[] = []
  await using connected = await connectReachable(input, context, (error) => void down.push(error))
  work.output.note(`Reading the disk usage of ${environment.hosts.join(', ')}`)
  const { signal } = context
  const { results, failures } = await settleEachHost(
    connected.hosts,
    ({ name }) => name,
    async (host) => {
      const observation = await observeDisk(diskHost(host), { app, rules: environment.disk, signal })
      return reportDisk(observation, { logBytes: await measureLogsOf(observation, host.runner, signal) })
    },
  )
  printReports(results, {}, work)
  return [...down, ...failures]
}

/** Each node has a disk of its own: those of the manager and of the nodes that dray.yml lists. */
async function reportSwarm(work: Work, context: CliContext): Promise<readonly unknown[]> {
  const { input, hostName, output } = work
  const { signal } = context
  await using disks = await connectSwarmDisks(input, hostName, context)
  const { manager, nodes, unread } = disks
  output.note(`Reading the disk usage of ${nodes.map(({ name }) => name).join(', ')}`)
  const observed = await observeNodes(manager, nodes, { app: input.config.app, signal })
  const reported = await settleEachHost(
    observed.results,
    ({ host }) => host,
    async (observation) => {
      const runner = nodes.find(({ name }) => name === observation.host)?.runner
      const logBytes = runner && (await measureLogsOf(observation, runner, signal))
      return reportDisk(observation, { logBytes, isNode: true })
    },
  )
  printReports(reported.results, hostName === undefined ? { unreadNodes: unread } : {}, work)
  if (unread.length > 0) output.note(output.clean(describeUnread(unread, 'read')))
  return [...disks.failures, ...observed.failures, ...reported.failures]
}

function measureLogsOf(
  { inventory }: HostDiskObservation,
  runner: CommandRunner,
  signal: AbortSignal,
): Promise<number | undefined> {
  const paths = inventory.containers.flatMap(({ log }) => log.path ?? [])
  return measureLogs(runner, paths, signal)
}

function printReports(
  reports: readonly DiskReport[],
  more: { unreadNodes?: readonly string[] },
  { input, output }: Work,
): void {
  for (const report of cleanValue(reports, output.clean)) {
    const environment = input.config.environment.name
    if (input.options.json) output.json({ type: 'disk', environment, ...report, ...more })
    else output.print(renderDiskReport(report, output.style))
  }
}
