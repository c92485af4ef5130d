/**
 * A plan is data: the ordered steps of one deploy, each with the cause a person would ask for. It can be printed, compared
 * and written down.
 */

import type { DiskThing, CleanupStage } from './disk-thing.ts'
import type { Hooks } from './hooks.ts'
import type { ReleasedService } from './release.ts'

type StepBase = { id: number; host: string; cause: string }

export type Step = StepBase &
  (
    | { kind: 'prune-dangling' }
    /** Things of one kind that nobody needs; each is looked at once more before it goes. */
    | {
        kind: 'free-disk'
        stage: CleanupStage
        things: readonly Pick<DiskThing, 'id' | 'name' | 'names' | 'sizeBytes'>[]
      }
    /** `name` is `repo@sha256:…`; `keepTag` is the tag of ours that keeps it from counting as dangling. */
    | {
        kind: 'pull-image'
        name: string
        keepTag: string
        tag?: string
        sizeBytes: number
        services: readonly string[]
      }
    /** The image is there: it only gets the tag of ours. */
    | { kind: 'keep-image'; name: string; keepTag: string; services: readonly string[] }
    | {
        kind: 'place-files'
        changed: readonly string[]
        removed: readonly string[]
        inPlace: readonly string[]
        adopt: readonly string[]
      }
    | {
        kind: 'run-task'
        task: string
        service: string
        argv: readonly string[]
        when: 'before' | 'after'
        timeoutMs?: number
      }
    /** New containers beside the old ones; one Compose call for all of them. `discard`: dead ones, removed first. */
    | {
        kind: 'start-beside'
        services: readonly { service: string; add: number; running: number; discard: readonly string[] }[]
      }
    /** Stopped and started again, for what cannot have two of itself; also what does not run yet. */
    | {
        kind: 'recreate-services'
        services: readonly { service: string; scale: number }[]
        /** They do not run yet: nothing is stopped. */
        fresh: boolean
      }
    /** A container that has to end well before others start. */
    | { kind: 'run-once'; service: string }
    | { kind: 'wait-healthy'; services: readonly string[] }
    /** The proxy is told the new addresses of `services` and reads its configuration anew. */
    | { kind: 'switch-traffic'; proxy: string; services: readonly string[] }
    /** `below`: a status under this is a good answer. */
    | { kind: 'check-url'; url: string; below: number }
    /** `configHash` is empty where the containers are still to come. */
    | {
        kind: 'record-release'
        release: string
        /** The release that serves before this one, by the one that a deploy made. */
        follows?: string
        services: Readonly<Record<string, ReleasedService>>
        dropReleases: readonly string[]
      }
    /** Stopped but kept, so that a failure up to the record can start them again. */
    | { kind: 'stop-old'; service: string; containers: readonly string[] }
    | { kind: 'remove-old'; service: string; containers: readonly string[] }
    /** What runs is compared with what is to run. */
    | {
        kind: 'verify-release'
        services: readonly { service: string; image: string; replicas: number }[]
      }
    | { kind: 'clean-images'; names: readonly string[] }
  )

export type StepKind = Step['kind']

/** A step of one kind. */
export type StepOf<K extends StepKind> = Extract<Step, { kind: K }>

export type Plan = {
  version: 1
  release: string
  /** The release that this plan puts in place again; absent where it makes a new one. */
  restores?: { release: string; tag?: string }
  /** The release that is in place now; absent where there is none. */
  replaces?: string
  app: string
  environment: string
  /** Nothing differs from what runs: there is no step that changes anything. */
  unchanged: boolean
  steps: readonly Step[]
  /** What runs around the steps on the machine that deploys; absent where nothing does. */
  hooks?: Hooks
  /** What will run, by service. */
  images: readonly { service: string; name: string; tag?: string; digest: string }[]
  /** What the plan cannot promise, and why: services that are recreated, no health check, a shared volume. */
  warnings: readonly string[]
  /** What a rollback leaves as it is: the data, `.env`; a line each. Absent where a new release is made. */
  notUndone?: readonly string[]
  /** Services left as they are, and why. */
  unchangedServices: readonly { host: string; service: string; cause: string }[]
}
