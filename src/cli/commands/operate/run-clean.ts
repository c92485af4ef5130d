import { cleanHost, planCleaning, type Cleaned, type CleanedUntil } from '../../../operations/disk/clean.ts'
import { cleanNodes, planNodeCleaning } from '../../../operations/disk/swarm-disk.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderCleaned } from '../../../ui/render/results/render-cleaned.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import { joinFailures, nameHost, settleEachHost } from '../../../deploy/model/on-each-host.ts'
import { connectHosts } from '../../command/connect-hosts.ts'
import { connectSwarmDisks } from '../../command/connect-swarm-disks.ts'
import type { CliContext } from '../../command/context.ts'
import { deployerOf } from '../../command/deployer.ts'
import { diskHost } from '../inspect/disk-host.ts'
import { describeUnread } from '../inspect/describe-unread.ts'
import { withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment, type EnvironmentInput } from '../../command/load-environment.ts'
import { readWait } from '../../command/wait-option.ts'
import type { cleanCommand } from './clean.ts'

type Work = {
  input: EnvironmentInput
  isDryRun: boolean
  waitMs: number
  hostName: string | undefined
  output: CommandOutput
}

/** Cleans every host of the environment, side by side; returns the exit code. Throws the errors of cleaning. */
export async function runClean(
  command: InputOf<typeof cleanCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const { dryRun: isDryRun = false, wait, host: hostName } = command.options
  const waitMs = readWait(wait)
  const input = await loadEnvironment(command, context, { swarm: true })
  const work = { input, isDryRun, waitMs, hostName, output: createCommandOutput(input, context) }
  const isSwarm = input.config.environment.engine === 'swarm'
  const failures = await (isSwarm ? cleanSwarm(work, context) : cleanHosts(work, context))
  if (failures.length > 0) throw joinFailures(failures)
  return EXIT.done
}

async function cleanHosts(work: Work, context: CliContext): Promise<readonly unknown[]> {
  const { isDryRun, waitMs, output } = work
  const input = withNamedHost(work.input, work.hostName)
  const { app, environment } = input.config
  await using connected = await connectHosts(input, context)
  const { signal, clock } = context
  output.note(`${isDryRun ? 'Inspecting' : 'Cleaning'} ${environment.hosts.join(', ')}`)
  const { results, failures } = await settleEachHost(
    connected.hosts,
    ({ name }) => name,
    async (connectedHost): Promise<CleanedUntil> => {
      const host = diskHost(connectedHost)
      const request = { app, rules: environment.disk, signal, waitMs }
      if (isDryRun) return { cleaned: await planCleaning(host, request), failures: [] }
      const holder = { ...deployerOf(input, context), sinceMs: clock.now() }
      const done = await cleanHost(host, { ...request, holder })
      if (connected.hosts.length === 1) return done
      return { ...done, failures: done.failures.map((failure) => nameHost(failure, host.name)) }
    },
  )
  printCleaned(
    results.map((it) => it.cleaned),
    {},
    work,
  )
  return [...failures, ...results.flatMap((it) => it.failures)]
}

/** The manager and the nodes that dray.yml lists: one that fails does not stop the others. */
async function cleanSwarm(work: Work, context: CliContext): Promise<readonly unknown[]> {
  const { input, isDryRun, waitMs, hostName, output } = work
  await using disks = await connectSwarmDisks(input, hostName, context)
  const { manager, nodes, unread } = disks
  const { signal, clock } = context
  output.note(`${isDryRun ? 'Inspecting' : 'Cleaning'} ${nodes.map(({ name }) => name).join(', ')}`)
  const { app } = input.config
  const holder = { ...deployerOf(input, context), sinceMs: clock.now() }
  const { results, failures } = await (isDryRun
    ? planNodeCleaning(manager, nodes, { app, signal })
    : cleanNodes(manager, nodes, { app, signal, waitMs, holder }))
  printCleaned(results, hostName === undefined ? { unreadNodes: unread } : {}, work)
  if (unread.length > 0) output.note(output.clean(describeUnread(unread, 'cleaned')))
  return [...disks.failures, ...failures]
}

function printCleaned(
  results: readonly Cleaned[],
  more: { unreadNodes?: readonly string[] },
  { input, isDryRun, output }: Work,
): void {
  const environment = input.config.environment.name
  for (const cleaned of results) {
    const told = cleanValue(cleaned, output.clean)
    if (input.options.json) output.json({ type: 'clean', environment, isDryRun, ...told, ...more })
    else output.print(renderCleaned(told, { isDryRun }, output.style))
  }
}
