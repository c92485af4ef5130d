import type { Clock } from '../../shared/clock.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import type { Patience, StepContext } from '../execute/execution.ts'
import type { EventSink } from '../model/events.ts'
import type { ImageReference } from '../model/image-reference.ts'
import type { Lock } from '../model/lock.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { Plan } from '../model/plan.ts'
import type { BundleFile } from '../model/ports.ts'
import type { Entrance } from '../model/prober.ts'
import type { Deployer } from '../model/release.ts'
import type { Manager, StackObservation } from './observe-stack.ts'

/** State shared by the steps of a deploy by Swarm. */
export type StackExecution = {
  plan: Plan
  desired: DesiredRelease
  deployer: Deployer
  host: Manager
  observation: StackObservation
  /** The release's files with content. */
  files: readonly BundleFile[]
  lock: Lock
  /** A new token that allows to pull an image; see RegistryClient. */
  pullToken: (reference: ImageReference, signal: AbortSignal) => Promise<Secret | undefined>
  patience: Pick<Patience, 'urlCheckMs'>
  clock: Clock
  emit: EventSink
  done: StackDone
}

/** What a deploy has done so far. */
export type StackDone = {
  placed: boolean
  /** Swarm got the new definitions, or some of them. */
  updated: boolean
  recorded: boolean
  /** Tasks of the app that have run, or may have. */
  tasks: string[]
  /** URLs that answered as expected. */
  answered: Map<string, Entrance>
  /** Ids of the nodes that have pulled, by image. */
  pulled: Map<string, ReadonlySet<string>>
}

/** Context of a step, besides its data. */
export type StackStepContext = Pick<StepContext, 'progress' | 'print'> & {
  execution: StackExecution
  signal: AbortSignal
}

/** Executes one kind of step; returns its result in a few words. Throws DrayError. */
export type StackStepRunner<S> = (step: S, context: StackStepContext) => Promise<string | undefined>

export function stackRequest({ observation, files }: StackExecution, signal: AbortSignal) {
  return {
    stack: observation.directory.app.project,
    files: new Map(files.map(({ path, content }) => [path, content])),
    signal,
  }
}
