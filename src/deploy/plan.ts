/**
 * A plan is data: the ordered steps of one deploy, each with the cause a person would ask for. It can be printed, compared
 * and written down.
 */

export type StepKind =
  | 'prune-dangling'
  | 'pull-image'
  | 'place-files'
  | 'run-task'
  | 'recreate-service'
  | 'start-service'
  | 'wait-healthy'
  | 'switch-proxy'
  | 'check-url'
  | 'stop-old'
  | 'remove-service'
  | 'record-release'
  | 'clean-images'

export type ServiceChange = { service: string; scale: number; cause: string }

type StepBase = { id: number; host: string; cause: string }

export type Step = StepBase &
  (
    | { kind: 'prune-dangling' }
    /** `name` is `repo@sha256:…`; `keepTag` is the tag of ours that keeps it from counting as dangling. */
    | { kind: 'pull-image'; name: string; keepTag: string; tag?: string; sizeBytes: number; service: string }
    | { kind: 'place-files'; changed: readonly string[]; removed: readonly string[] }
    | { kind: 'run-task'; task: string; service: string; argv: readonly string[]; when: 'before' | 'after' }
    /** Stopped and started again, for what cannot have two of itself. */
    | { kind: 'recreate-service'; service: string; scale: number; force: boolean }
    /** New containers beside the old ones; one Compose call for all `services`. */
    | {
        kind: 'start-service'
        services: readonly { service: string; add: number; replaces: readonly string[] }[]
      }
    | { kind: 'wait-healthy'; services: readonly { service: string; only: string }[] }
    | { kind: 'switch-proxy'; proxy: string; services: readonly string[]; reload: boolean }
    | { kind: 'check-url'; url: string }
    | { kind: 'stop-old'; service: string; containers: readonly string[] }
    | { kind: 'remove-service'; service: string; containers: readonly string[] }
    | { kind: 'record-release' }
    | { kind: 'clean-images'; names: readonly string[] }
  )

export type Plan = {
  version: 1
  release: string
  app: string
  environment: string
  /** Nothing differs from what runs. */
  unchanged: boolean
  steps: readonly Step[]
  /** What the plan cannot promise, and why: services that are recreated, no health check, a shared volume. */
  warnings: readonly string[]
  /** Services left as they are, and why. */
  left: readonly { host: string; service: string; cause: string }[]
}
