import { certainPorts } from '../model/app-model.ts'
import type { Clock } from '../../shared/clock.ts'
import type { EventSink, Gap } from '../model/events.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { Entrance } from '../model/prober.ts'
import type { BundleFile, Credentials, TargetHost } from '../model/ports.ts'
import type { Container } from '../model/container.ts'
import type { Lock } from '../model/lock.ts'
import { isOut, type RunHostHook } from '../model/hooks.ts'
import type { Plan } from '../model/plan.ts'
import { NamePins } from './proxies/name-pins.ts'
import { Gaps } from './gaps.ts'
import { AnswerTimes } from './answer-times.ts'
import { StopTurns } from './stop-turns.ts'
import type { Deployer } from '../model/release.ts'

/** Intervals and time limits of a deploy, in milliseconds. */
export type Patience = {
  /** Pause between two runs of a health check by dray. */
  healthPollMs: number
  /** How long a container without a health check must run without a restart. */
  settleMs: number
  /** Time limit for a container without a health check to listen on a port that its image exposes. */
  listenMs: number
  /** Time limit for a container with `restart: on-failure` to stop failing. */
  retryMs: number
  /** Minimum time that new containers are watched before they replace others. */
  steadyMs: number
  /** Time limit for the proxy's old workers to finish their requests. */
  drainMs: number
  /** How long a proxy may use an address after its name was pinned to another. */
  pinMs: number
  /** Time limit for the URL to answer correctly after traffic switched. */
  urlCheckMs: number
  /** Time limit for the front to get a certificate for a domain. */
  certificateMs: number
}

export const defaultPatience: Patience = {
  healthPollMs: 100,
  settleMs: 2_000,
  listenMs: 15_000,
  retryMs: 30_000,
  steadyMs: 1_000,
  drainMs: 30_000,
  // Go reads /etc/hosts again after 5 s at most (net/hosts.go).
  pinMs: 5_200,
  urlCheckMs: 10_000,
  certificateMs: 60_000,
}

/** Time limits of one service, if set in dray.yml. */
export type ServicePatience = { healthTimeoutMs?: number; drainMs?: number }

/** One host during a deploy: its observation, and what has been done. */
export type HostRun = {
  host: TargetHost
  observation: HostObservation
  lock: Lock
  pins: NamePins
  gaps: Gaps
  answers: AnswerTimes
  stops: StopTurns
  /** The release's files with content. */
  files: readonly BundleFile[]
  done: {
    placed: boolean
    switched: boolean
    /** Whether the requests to the old containers have finished; undefined if traffic was not switched. */
    drained: Promise<boolean> | undefined
    /** Ids of old containers that are stopped but not yet removed. */
    stopped: Set<string>
    recorded: boolean
    /** It is out of the load balancer, since this deploy or before: its hook `leave` has run, and `join` not yet. */
    isOut: boolean
    /** Its hook `leave` has begun in this deploy. */
    leaves: boolean
    /** Its hook `join` has begun. */
    joins: boolean
    /** Containers of the new release, by service. */
    fresh: Map<string, readonly Container[]>
    /** When the containers in `fresh` of a service had been started, in ms of the clock. */
    startedAtMs: Map<string, number>
    /** Services whose new containers were waited for, and are healthy. */
    healthy: Set<string>
    /** When all of `fresh` were last asked whether they still run, in ms; undefined before the first time. */
    lookedAtMs: number | undefined
    /** Services that were recreated; their old containers no longer exist. */
    recreated: Set<string>
    /** Stand-ins of this deploy, by service. */
    standIns: Map<string, readonly Container[]>
    /** Services whose ports were forwarded to their stand-ins. */
    forwarded: Set<string>
    /** Traffic was switched from stand-ins to recreated services, or may have been. */
    returned: boolean
    /** Tasks whose container ran. */
    tasks: string[]
    /** URLs that answered as expected during the deploy. */
    answered: Map<string, Entrance>
  }
}

/** A host at the start of a deploy. */
export function createHostRun({
  clock,
  desired,
  ...parts
}: Omit<HostRun, 'done' | 'pins' | 'gaps' | 'answers' | 'stops'> & {
  clock: Clock
  desired: DesiredRelease
}): HostRun {
  const answers = new AnswerTimes(clock)
  return {
    ...parts,
    pins: new NamePins(parts.host.engine, clock, parts.observation.directory.app.project),
    gaps: new Gaps(parts.host, clock),
    answers,
    stops: new StopTurns(answers, clock),
    done: {
      placed: false,
      switched: false,
      drained: undefined,
      stopped: new Set(),
      recorded: false,
      isOut: isOut(parts.observation, desired),
      leaves: false,
      joins: false,
      fresh: new Map(),
      startedAtMs: new Map(),
      healthy: new Set(),
      lookedAtMs: undefined,
      recreated: new Set(),
      standIns: new Map(),
      forwarded: new Set(),
      returned: false,
      tasks: [],
      answered: new Map(),
    },
  }
}

/** State shared by the steps of a deploy. */
export type Execution = {
  plan: Plan
  desired: DesiredRelease
  deployer: Deployer
  hosts: ReadonlyMap<string, HostRun>
  /** Needed only if the plan has hooks for hosts. */
  runHostHook?: RunHostHook
  credentials: (registryHost: string) => Promise<Credentials | undefined>
  patience: Patience
  servicePatience: Readonly<Record<string, ServicePatience>>
  clock: Clock
  emit: EventSink
}

/** Context of a step, besides its data. */
export type StepContext = {
  execution: Execution
  run: HostRun
  signal: AbortSignal
  /** Reports progress. */
  progress: (progress: { doneBytes?: number; totalBytes?: number; text?: string }) => void
  /** Reports what was missing for a time. */
  measured: (gaps: readonly Gap[]) => void
  /** Prints a line of output of the command that the step runs. */
  print: (line: string) => void
}

/** Executes one kind of step; returns its result in a few words. Throws DrayError. */
export type StepRunner<S> = (step: S, context: StepContext) => Promise<string | undefined>

/** Notes the new containers of a service, which have just been started. */
export function noteStarted(
  service: string,
  containers: readonly Container[],
  { run: { done }, execution: { clock } }: { run: HostRun; execution: Pick<Execution, 'clock'> },
): void {
  done.fresh.set(service, containers)
  done.startedAtMs.set(service, clock.now())
  done.healthy.delete(service)
}

/**
 * When the new containers of all these services had been started, in ms of the clock; now if some were not. Time limits count from the
 * wait for them instead.
 */
export function lastStartOf(services: readonly string[], { run, execution }: StepContext): number {
  const nowMs = execution.clock.now()
  return Math.max(...services.map((service) => run.done.startedAtMs.get(service) ?? nowMs))
}

/** More requests that the old containers have to finish: `drained` is whether all of them have, wherever traffic was switched. */
export function addDrained({ done }: Pick<HostRun, 'done'>, waits: readonly Promise<boolean>[]): void {
  const all = Promise.all([done.drained ?? true, ...waits]).then((drained) => !drained.includes(false))
  // `stop-old` handles its failure; after a failed deploy there is no such step.
  all.catch(() => undefined)
  done.drained = all
}

/** The container of a proxy of another project in which dray may switch traffic; undefined if the name is that of a service. */
export function outsideProxy(
  name: string,
  { observation }: Pick<HostRun, 'observation'>,
): Container[] | undefined {
  if (!observation.proxies.some(({ service, isOutside }) => service === name && isOutside)) return undefined
  return observation.neighbours.flatMap((it) =>
    it.name === name ? [{ ...it.container, service: name }] : [],
  )
}

/** Containers of services, and their stand-ins, that run and are not among `containers`. */
export async function otherContainers(
  services: readonly string[],
  containers: readonly Container[],
  { host, observation }: Pick<HostRun, 'host' | 'observation'>,
): Promise<Container[]> {
  const known = new Set(containers.map(({ id }) => id))
  const others = await host.engine.containers(observation.directory.app.project, known)
  return others.filter(
    (it) => services.includes(it.service) && (!it.oneOff || it.standIn) && it.state === 'running',
  )
}

/** Containers of services, and stand-ins, that were created since the deploy began, without those of `known`. */
export async function freshContainers(
  { host, observation }: Pick<HostRun, 'host' | 'observation'>,
  known: readonly Container[] = [],
): Promise<Container[]> {
  const except = new Set([...observation.containers, ...known].map(({ id }) => id))
  const fresh = await host.engine.containers(observation.directory.app.project, except)
  return fresh.filter((it) => !it.oneOff || it.standIn)
}

/** The ports that services publish, as far as they are certain. */
export function publishedPorts(services: readonly string[], { observation }: HostRun): string[] {
  return observation.directory.app.services
    .filter(({ name }) => services.includes(name))
    .flatMap(certainPorts)
}
