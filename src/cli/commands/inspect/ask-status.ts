import { createProber } from '../../../adapters/http/prober.ts'
import { observeApp } from '../../../adapters/directory/observe-app.ts'
import { readToldStatus } from '../../../adapters/gate/told-status.ts'
import type { CommandRunner } from '../../../adapters/host/command-runner.ts'
import { askUrl } from '../../../deploy/execute/ask-url.ts'
import { entrancesOf } from '../../../deploy/model/entrance.ts'
import { failureFrom } from '../../../deploy/execute/failure.ts'
import {
  makeStatus,
  unknownEnvironment,
  type ObservedEnvironment,
} from '../../../operations/status/make-status.ts'
import { usageBetween } from '../../../operations/status/container-usage.ts'
import type { EnvironmentStatus, HostStatus } from '../../../operations/status/status.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { cleanValue } from '../../../ui/reporters/clean-event.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import { openRunners } from '../../command/connect-each.ts'
import type { CliContext } from '../../command/context.ts'
import type { GlobalOptions } from '../../command/global-options.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import type { statusCommand } from './status.ts'
import { observeStackOf } from './observe-stack-of.ts'
import { openGates, type ThroughGate } from './through-gate.ts'
import { connectUsage } from './watch/connect-usage.ts'
import { withinLook } from './watch/within-look.ts'
import { loadWatched, type WatchedEnvironment } from './watch/load-watched.ts'

export type AskedStatus = {
  statuses: readonly EnvironmentStatus[]
  options: GlobalOptions
  output: CommandOutput
}

/**
 * Reads the status of every host of the given environments, or of all, in parallel. A failure becomes the status of its
 * host. Throws the errors of an unreadable dray.yml, and ENVIRONMENT_UNKNOWN for an unknown name.
 */
export async function askStatus(
  input: InputOf<typeof statusCommand>,
  context: CliContext,
): Promise<AskedStatus> {
  const { global: options, rest } = input
  const loaded = await loadWatched(rest, options, context)
  const { secrets } = context
  const output = createCommandOutput({ options, values: { secrets } }, context)
  output.note(`Reading the status of ${hostsOf(loaded).join(', ')}`)
  if (input.options.usage === true)
    for (const name of loaded.flatMap(swarmNameOf))
      output.note(`CPU and memory are not measured in ${name}: its containers are on the nodes of a swarm.`)
  const statuses = await Promise.all(
    loaded.map(async (it) =>
      'input' in it ? statusOf(it.input, context, input.options.usage === true) : it.unreadable,
    ),
  )
  if (input.options.usage === true)
    for (const host of statuses.flatMap(unmeasuredOf))
      output.note(`CPU and memory are not measured on ${host}: its key is one of \`dray gate\`.`)
  return { statuses: cleanValue(statuses, output.clean), options, output }
}

/** The hosts that answer without their containers, other than those of a swarm. */
function unmeasuredOf({ hosts }: EnvironmentStatus): string[] {
  return hosts.flatMap((it) =>
    it.verdict === 'unknown' || it.containers !== undefined || it.swarm !== undefined ? [] : [it.host],
  )
}

function swarmNameOf(it: WatchedEnvironment): string[] {
  return 'input' in it && it.input.config.environment.engine === 'swarm' ? [it.name] : []
}

function hostsOf(loaded: readonly WatchedEnvironment[]): string[] {
  return [...new Set(loaded.flatMap((it) => ('input' in it ? it.input.config.environment.hosts : [])))]
}

async function statusOf(
  input: EnvironmentInput,
  context: CliContext,
  withUsage: boolean,
): Promise<EnvironmentStatus> {
  const { name, hosts } = input.config.environment
  try {
    await using opened = await openRunners(hosts, context)
    const byName = new Map(opened.runners.map((runner) => [runner.name, runner]))
    const gates = openGates(context.clock)
    const onHost: OnHost = async (host, read, through) => {
      const runner = byName.get(host)
      if (runner === undefined) throw new DrayError('INTERNAL', `The host ${host} has no connection.`)
      return await gates.read(runner, read, { through, signal: context.signal })
    }
    const status = await observeEnvironment(input, onHost, context)
    return withUsage ? await addUsage(status, { input, onHost, context }) : status
  } catch (error) {
    if (context.signal.aborted || !(error instanceof DrayError)) throw error
    return unknownEnvironment(name, failureFrom(error))
  }
}

const BETWEEN_SAMPLES_MS = 1_000

/** Adds the containers of each host that answers, measured twice. Those of a swarm are on nodes that dray does not reach. */
async function addUsage(
  status: EnvironmentStatus,
  { input, onHost, context }: { input: EnvironmentInput; onHost: OnHost; context: CliContext },
): Promise<EnvironmentStatus> {
  if (input.config.environment.engine === 'swarm') return status
  const hosts = status.hosts.map(async (host) => {
    // That of a gate on another machine has more hosts.
    if (host.verdict === 'unknown' || !input.config.environment.hosts.includes(host.host)) return host
    const measure = async (runner: CommandRunner): Promise<HostStatus> => {
      using usage = connectUsage(runner, input, context)
      const before = await usage.sample()
      await context.clock.sleep(BETWEEN_SAMPLES_MS, context.signal)
      return { ...host, containers: usageBetween(before, await usage.sample()) }
    }
    return onHost(host.host, measure).catch((error: unknown) => {
      if (error instanceof DrayError && error.code === 'GATE_REFUSED') return host
      throw error
    })
  })
  return { ...status, hosts: await Promise.all(hosts) }
}

/**
 * Reads from a host over its connection, which is made if necessary; with a key of `dray gate`, asks for `through` instead. Throws the
 * errors of connecting, and GATE_REFUSED for what such a key may not read.
 */
export type OnHost = <T>(
  host: string,
  read: (runner: CommandRunner) => Promise<T>,
  through?: ThroughGate<T>,
) => Promise<T>

/** The status of one environment; a failure becomes the status of its host. */
export async function observeEnvironment(
  input: EnvironmentInput,
  onHost: OnHost,
  context: CliContext,
): Promise<EnvironmentStatus> {
  const { name, path, hosts } = input.config.environment
  const seen = hosts.map((host) => observeHost(host, { input, onHost }, context))
  return makeStatus({ environment: name, path, hosts: await Promise.all(seen) })
}

/** An app whose answer is bad is asked again for this long. */
const ASK_MS = 1_000

type SeenHost = ObservedEnvironment['hosts'][number]

type Asked = {
  input: EnvironmentInput
  onHost: OnHost
  /** How long reading the host may take; as long as a script that only reads, if not given. */
  timeoutMs?: number
  /** How long a URL whose answer is bad is asked again; 0 for once. */
  askMs?: number
}

/** What one host of an environment shows, or the failure to read it. Throws after an abort, and what is no failure of its own. */
export async function observeHost(
  host: string,
  { input, onHost, timeoutMs, askMs = ASK_MS }: Asked,
  context: CliContext,
): Promise<SeenHost> {
  const { signal, clock } = context
  const { environment, probe, hooks } = input.config
  const { path, engine } = environment
  const through: ThroughGate<SeenHost> = {
    ...{ request: 'status --json', path, signal, timeoutMs },
    read: (answer) => {
      const told = readToldStatus(answer, { host, environment: environment.name })
      return { host, told, nowMs: answer.atMs }
    },
  }
  const observe = async (runner: CommandRunner): Promise<SeenHost> => {
    const { isOut, ...observation } = await observeApp({ runner, path }, signal, timeoutMs)
    const stack =
      engine === 'swarm' && observation.notSetUp === undefined
        ? await withinLook(observeStackOf(observation.release, runner, context), host)
        : undefined
    const entrances = probe === false ? [] : entrancesOf(observation.release, probe && probe.url)
    const asked = { prober: createProber(runner), clock, forMs: askMs, signal }
    const answers = await Promise.all(entrances.map((entrance) => askUrl(entrance, asked)))
    const urls = answers.map(({ entrance: { url }, isGood, answer }) => ({ url, isGood, ...answer }))
    const balancer = isOut === true && hooks.join !== undefined ? { isOut } : {}
    return { host, observation: { ...observation, urls, ...balancer, ...(stack && { stack }) } }
  }
  try {
    return await onHost(host, observe, through)
  } catch (error) {
    if (signal.aborted || !(error instanceof DrayError)) throw error
    return { host, failure: failureFrom(error) }
  }
}
