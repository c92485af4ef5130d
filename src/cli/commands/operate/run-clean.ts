import { cleanHost, planCleaning } from '../../../operations/disk/clean.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderCleaned } from '../../../ui/render/results/render-cleaned.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import { joinFailures, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import { connectHosts } from '../../command/connect-hosts.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import { diskHost } from '../inspect/disk-host.ts'
import { withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment } from '../../command/load-environment.ts'
import { readWait } from '../../command/wait-option.ts'
import type { cleanCommand } from './clean.ts'

/** Cleans every host of the environment, side by side; returns the exit code. Throws the errors of cleaning. */
export async function runClean(
  command: InputOf<typeof cleanCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { dryRun: isDryRun = false, wait, host: hostName } = command.options
  const waitMs = readWait(wait)
  const input = withNamedHost(await loadEnvironment(command, context, { instead }), hostName)
  const output = createCommandOutput(input, context)
  const { app, environment } = input.config
  await using connected = await connectHosts(input, context)
  const { signal, clock } = context
  output.note(`${isDryRun ? 'Inspecting' : 'Cleaning'} ${environment.hosts.join(', ')}`)
  const { results, failures } = await settleEachHost(
    connected.hosts,
    ({ name }) => name,
    (connectedHost) => {
      const host = diskHost(connectedHost)
      const request = { app, rules: environment.disk, signal, waitMs }
      const holder = { ...deployerOf(input, context), sinceMs: clock.now() }
      return isDryRun ? planCleaning(host, request) : cleanHost(host, { ...request, holder })
    },
  )
  for (const cleaned of results) {
    const told = cleanValue(cleaned, output.clean)
    if (input.options.json) output.json({ type: 'clean', environment: environment.name, isDryRun, ...told })
    else output.print(renderCleaned(told, { isDryRun }, output.style))
  }
  if (failures.length > 0) throw joinFailures(failures)
  return EXIT.done
}

/** dray reaches one manager, and images there, which have no tags, may be those of other stacks. */
function instead(): string {
  return 'docs/swarm.md, "Limits", has the command for each node, which `docker node ls` on a manager lists. It keeps the newest images.'
}
