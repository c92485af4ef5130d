import type { Clock } from '../../shared/clock.ts'
import type { EventSink } from '../model/events.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { BundleFile, Container, Credentials, Lock, TargetHost } from '../model/ports.ts'
import type { Plan } from '../model/plan.ts'
import type { Deployer } from '../model/release.ts'

/** How patient a deploy is, in milliseconds. */
export type Patience = {
  /** Between two runs of a health check that dray makes itself. */
  healthPollMs: number
  /** How long a container without a health check must run without a restart. */
  settleMs: number
  /** How long a container without a health check gets to listen on a port that its image exposes. */
  listenMs: number
  /** How long new containers are seen to stay up, at the least, before they take over from others. */
  steadyMs: number
  /** How long the proxy's old workers, and so the requests they serve, get to finish. */
  drainMs: number
  /** How long the URL may take to answer well after the switch. */
  urlCheckMs: number
}

export const defaultPatience: Patience = {
  healthPollMs: 100,
  settleMs: 2_000,
  listenMs: 15_000,
  steadyMs: 1_000,
  drainMs: 30_000,
  urlCheckMs: 5_000,
}

/** How one service is waited for and stopped, where dray.yml says so. */
export type ServicePatience = { healthTimeoutMs?: number; drainMs?: number }

/** One host in the course of a deploy: what was seen there, and what has been done since. */
export type HostRun = {
  host: TargetHost
  observation: HostObservation
  lock: Lock
  /** Content of the release's files. */
  files: readonly BundleFile[]
  done: {
    placed: boolean
    switched: boolean
    /** Whether the requests that the proxy sent to the old containers have ended; undefined when it was not turned. */
    drained: Promise<boolean> | undefined
    /** Ids of the old containers that were stopped and not yet removed. */
    stopped: Set<string>
    recorded: boolean
    /** Containers of the new release, by service. */
    fresh: Map<string, readonly Container[]>
    /** Services replaced in their place; the old container is gone. */
    recreated: Set<string>
    tasks: string[]
  }
}

/** A host of a deploy where nothing has been done yet. */
export function createHostRun(parts: Omit<HostRun, 'done'>): HostRun {
  return {
    ...parts,
    done: {
      placed: false,
      switched: false,
      drained: undefined,
      stopped: new Set(),
      recorded: false,
      fresh: new Map(),
      recreated: new Set(),
      tasks: [],
    },
  }
}

/** What the steps of a deploy share. */
export type Execution = {
  plan: Plan
  desired: DesiredRelease
  deployer: Deployer
  hosts: ReadonlyMap<string, HostRun>
  credentials: (registryHost: string) => Promise<Credentials | undefined>
  patience: Patience
  servicePatience: Readonly<Record<string, ServicePatience>>
  clock: Clock
  emit: EventSink
}

/** What a step gets beside its data. */
export type StepContext = {
  execution: Execution
  run: HostRun
  signal: AbortSignal
  /** Tells how far it is. */
  progress: (progress: { doneBytes?: number; totalBytes?: number; text?: string }) => void
  /** A line of the output of what it runs. */
  print: (line: string) => void
}

/** Carries out one kind of step; gives a few words on what it did. Throws DrayError. */
export type StepRunner<S> = (step: S, context: StepContext) => Promise<string | undefined>

/** Containers that were not there when the deploy began. */
export async function freshContainers(run: HostRun): Promise<Container[]> {
  const before = new Set(run.observation.containers.map((container) => container.id))
  const now = await run.host.engine.containers(run.observation.directory.app.project)
  return now.filter((it) => !it.oneOff && !before.has(it.id))
}
