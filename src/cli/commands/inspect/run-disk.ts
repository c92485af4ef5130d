import { measureLogs } from '../../../adapters/directory/log-size.ts'
import { reportDisk } from '../../../operations/disk/disk-report.ts'
import { observeDisk } from '../../../operations/disk/observe-disk.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderDiskReport } from '../../../ui/render/results/render-disk-report.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import { joinFailures, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import { connectReachable } from '../../command/connect-hosts.ts'
import type { CliContext } from '../../command/context.ts'
import type { diskCommand } from './disk.ts'
import { diskHost } from './disk-host.ts'
import { withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment } from '../../command/load-environment.ts'

/** Prints the disk usage of every host that answers; returns the exit code. Then throws the errors of the others. */
export async function runDisk(command: InputOf<typeof diskCommand>, context: CliContext): Promise<ExitCode> {
  const input = withNamedHost(await loadEnvironment(command, context, { instead }), command.options.host)
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
      return reportDisk(style, await measureLogs(host.runner, paths, signal))
    },
  )
  for (const report of cleanValue(results, output.clean)) {
    if (input.options.json) output.json({ type: 'disk', environment: environment.name, ...report })
    else output.print(renderDiskReport(report, output.style))
  }
  const all = [...down, ...failures]
  if (all.length > 0) throw joinFailures(all)
  return EXIT.done
}

/** dray reaches one manager, and each node has a disk of its own. */
function instead(): string {
  return 'On each node, which `docker node ls` on a manager lists: `docker system df`.'
}
