import { createProber } from '../../../adapters/http/prober.ts'
import { observeApp } from '../../../adapters/directory/observe-app.ts'
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
import type { EnvironmentStatus } from '../../../operations/status/status.ts'
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
  return { statuses: cleanValue(statuses, output.clean), options, output }
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
    const onHost: OnHost = async (host, read) => {
      const runner = byName.get(host)
      if (runner === undefined) throw new DrayError('INTERNAL', `The host ${host} has no connection.`)
      await runner.connect(context.signal)
      return await read(runner)
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
    if (host.verdict === 'unknown') return host
    const containers = await onHost(host.host, async (runner) => {
      using usage = connectUsage(runner, input, context)
      const before = await usage.sample()
      await context.clock.sleep(BETWEEN_SAMPLES_MS, context.signal)
      return usageBetween(before, await usage.sample())
    })
    return { ...host, containers }
  })
  return { ...status, hosts: await Promise.all(hosts) }
}

/** Reads from a host over its connection, which is made if necessary. Throws the errors of connecting. */
export type OnHost = <T>(host: string, read: (runner: CommandRunner) => Promise<T>) => Promise<T>

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
): Promise<ObservedEnvironment['hosts'][number]> {
  const { signal, clock } = context
  const { environment, probe, hooks } = input.config
  const { path, engine } = environment
  try {
    return await onHost(host, async (runner) => {
      const { isOut, ...observation } = await observeApp({ runner, path }, signal, timeoutMs)
      const stack =
        engine === 'swarm'
          ? await withinLook(observeStackOf(observation.release, runner, context), host)
          : undefined
      const entrances = probe === false ? [] : entrancesOf(observation.release, probe && probe.url)
      const asked = { prober: createProber(runner), clock, forMs: askMs, signal }
      const answers = await Promise.all(entrances.map((entrance) => askUrl(entrance, asked)))
      const urls = answers.map(({ entrance: { url }, isGood, answer }) => ({ url, isGood, ...answer }))
      const balancer = isOut === true && hooks.join !== undefined ? { isOut } : {}
      return { host, observation: { ...observation, urls, ...balancer, ...(stack && { stack }) } }
    })
  } catch (error) {
    if (signal.aborted || !(error instanceof DrayError)) throw error
    return { host, failure: failureFrom(error) }
  }
}
