import { isIP } from 'node:net'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { lookUpName } from '../../../adapters/host/look-up-name.ts'
import { createNewestTagRegistry, NEWEST_TAG } from '../../../adapters/registry/newest-tag.ts'
import { isReady, type HostCheckup } from '../../../operations/doctor/checkup.ts'
import type { DoctorObservation, UrlObservation } from '../../../operations/doctor/doctor-observation.ts'
import { judgeHost } from '../../../operations/doctor/judge-host.ts'
import { EXIT, type ExitCode } from '../../../errors/exit-code.ts'
import { nameEnvironment } from '../../../shared/name-environment.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import { renderCheckup } from '../../../ui/render/results/render-checkup.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput } from '../../command/command-output.ts'
import { openRunners } from '../../command/connect-each.ts'
import type { ConnectedHost } from '../../command/connect-hosts.ts'
import { connectRegistry } from '../../command/connect-registry.ts'
import type { CliContext } from '../../command/context.ts'
import { appSource } from '../ship/connect-targets.ts'
import { desiredRelease } from '../ship/desired-release.ts'
import type { doctorCommand } from './doctor.ts'
import { examineHost } from './examine-host.ts'
import { bareName } from '../../command/host-option.ts'
import type { DeployInput } from '../ship/load-deploy.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import { loadDoctor } from './load-doctor.ts'

/** Examines all hosts in parallel and prints the checks; returns the exit code. Throws the errors of dray.yml. */
export async function runDoctor(
  command: InputOf<typeof doctorCommand>,
  context: CliContext,
): Promise<ExitCode> {
  const input = await loadDoctor(command, context)
  const { name, hosts: hostNames } = input.config.environment
  const output = createCommandOutput(input, context)
  output.note(`Examining ${hostNames.join(', ')}`)
  const { tag } = input.values
  const named = tag === NEWEST_TAG ? undefined : tag
  await using opened = await openRunners(hostNames, context)
  const checkups = await examineHosts(input, opened.runners, context)
  const hosts = cleanValue(checkups, (text) => nameEnvironment(output.clean(text), name))
  const ready = isReady(hosts)
  if (input.options.json) output.json({ type: 'doctor', environment: name, tag: named, ready, hosts })
  else output.print(renderCheckup({ environment: name, tag: named, hosts }, output.style))
  return ready ? EXIT.done : EXIT.precondition
}

/** Examines hosts, which need not be connected yet, in parallel. Throws the errors of a missing compose file. */
export async function examineHosts(
  input: EnvironmentInput,
  runners: readonly CommandRunner[],
  context: CliContext,
): Promise<HostCheckup[]> {
  const { promise: usable, resolve: tellUsable } = promisedHosts()
  await using connected = connectRegistry(input, context, usable)
  const request: DeployInput = {
    ...input,
    options: { ...input.options, waitMs: 0, adopt: false, dryRun: true, expected: [] },
  }
  const engines: Disposable[] = []
  const by = {
    input,
    context,
    desired: desiredRelease(request),
    source: appSource(input),
    registry: createNewestTagRegistry(connected.client),
    pullToken: connected.client.pullToken,
    lookUp: rememberLookUps(),
    onUsable: (host: ConnectedHost) => tellUsable([host]),
    onDescribed: ({ engine }: ConnectedHost) => void engines.push(engine),
  }
  // A compose file that is not there is a mistake in the configuration, whatever the hosts say.
  await by.source.composeFiles()
  try {
    const scenes = await Promise.all(runners.map((runner) => examineHost(runner, by)))
    const hostAddresses = await addressesOf(scenes)
    return scenes.map((scene) => judgeHost({ ...scene, hostAddresses }))
  } finally {
    // The connections to the hosts may stay, as those of `dray ui` do.
    for (const engine of engines) engine[Symbol.dispose]()
  }
}

/** Docker Hub is asked through the mirror of the first host whose Engine answers. */
function promisedHosts(): { promise: Promise<ConnectedHost[]>; resolve: (hosts: ConnectedHost[]) => void } {
  let resolve: (hosts: ConnectedHost[]) => void = () => undefined
  const promise = new Promise<ConnectedHost[]>((tell) => (resolve = tell))
  return { promise, resolve }
}

function rememberLookUps(): (url: string) => Promise<UrlObservation> {
  const known = new Map<string, Promise<string[]>>()
  return async (url) => {
    const name = new URL(url).hostname.replace(/^\[|\]$/g, '')
    if (name === 'localhost' || isIP(name) !== 0) return { url, lookedUp: undefined }
    const asked = known.get(name) ?? lookUpName(name)
    known.set(name, asked)
    return { url, lookedUp: { name, addresses: await asked } }
  }
}

/** Addresses of the hosts: those they report themselves, those of the nodes of their swarm, and those their names resolve to here. */
async function addressesOf(scenes: readonly Omit<DoctorObservation, 'hostAddresses'>[]): Promise<string[]> {
  const found = await Promise.all(
    scenes.map(async ({ host, server, swarm }) => {
      const nodes = swarm?.nodes !== undefined && 'value' in swarm.nodes ? swarm.nodes.value : []
      const own = server !== undefined && 'value' in server ? (server.value.address ?? []) : []
      return [
        nodes.flatMap(({ address }) => address ?? []),
        own,
        isIP(bareName(host)) === 0 ? await lookUpName(bareName(host)) : bareName(host),
      ].flat()
    }),
  )
  return [...new Set(found.flat())]
}
