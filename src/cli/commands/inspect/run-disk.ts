import { measureLogs } from '../../../adapters/directory/log-size.ts'
import { reportDisk } from '../../../operations/disk/disk-report.ts'
import { observeDisk } from '../../../operations/disk/observe-disk.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderDiskReport } from '../../../ui/render/results/render-disk-report.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import { toDrayError } from '../../../deploy/execute/failure.ts'
import { joinFailures, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import { connectReachable, type ConnectedHost } from '../../command/connect-hosts.ts'
import type { CliContext } from '../../command/context.ts'
import type { diskCommand } from './disk.ts'
import { diskHost } from './disk-host.ts'
import { withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment } from '../../command/load-environment.ts'

/** Prints the disk usage of every host that answers; returns the exit code. Then throws the errors of the others. */
export async function runDisk(command: InputOf<typeof diskCommand>, context: CliContext): Promise<ExitCode> {
  const input = withNamedHost(await loadEnvironment(command, context, { swarm: true }), command.options.host)
  const output = createCommandOutput(input, context)
  const { app, environment } = input.config
  const down: unknown[] = []
  await using connected = await connectReachable(input, context, (error) => void down.push(error))
  output.note(`Reading the disk usage of ${environment.hosts.join(', ')}`)
  const { results, failures } = await settleEachHost(
    connected.hosts,
    ({ name }) => name,
    async (host) => {
      const { signal } = context
      const style = await observeDisk(diskHost(host), { app, rules: environment.disk, signal })
      const paths = style.inventory.containers.flatMap(({ log }) => log.path ?? [])
      const logBytes = await measureLogs(host.runner, paths, signal)
      return reportDisk(style, { logBytes, isNode: environment.engine === 'swarm' })
    },
  )
  for (const report of cleanValue(results, output.clean)) {
    if (input.options.json) output.json({ type: 'disk', environment: environment.name, ...report })
    else output.print(renderDiskReport(report, output.style))
  }
  if (environment.engine === 'swarm')
    for (const host of connected.hosts) output.note(output.clean(await describeOtherNodes(host)))
  const all = [...down, ...failures]
  if (all.length > 0) throw joinFailures(all)
  return EXIT.done
}

/** Each node has a disk of its own, and dray reaches one manager. */
async function describeOtherNodes({ name, engine: { cluster } }: ConnectedHost): Promise<string> {
  const more = '`docker system df` on each node shows its own.'
  try {
    const [nodes, ownId] = await Promise.all([cluster.nodes(), cluster.ownNodeId()])
    const others = nodes.filter(({ id }) => id !== ownId).map((node) => node.name)
    return others.length === 0
      ? `${name} is the only node of its swarm.`
      : `Not read, since dray reaches ${name} only: ${others.sort().join(', ')}. ${more}`
  } catch (error) {
    return `Other nodes of the swarm of ${name} are not read, and not known: ${toDrayError(error).message} ${more}`
  }
}
