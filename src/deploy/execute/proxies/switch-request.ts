import type { Clock } from '../../../shared/clock.ts'
import type { Engine } from '../../model/ports.ts'
import type { Container } from '../../model/container.ts'
import type { NamePins } from './name-pins.ts'

export type SwitchRequest = {
  engine: Engine
  proxy: Container
  /** The containers that requests go to from now on; empty for a reload. */
  containers: readonly Container[]
  /** Time limit for the requests to other containers, in milliseconds. */
  drainMs: number
  signal?: AbortSignal
  /** For nginx that looks names up while it runs: a file that is extended for a moment. */
  pinFile?: string | undefined
  pins: NamePins
  /** How long a proxy may use an address after its name was pinned to another, in milliseconds. */
  pinMs: number
  clock: Clock
  /** For a proxy that keeps no connections to containers, and need not reload: those that get no more requests. */
  leaving?: readonly Container[]
  /** For a caller: closes idle connections to those, and waits for the others; absent if dray may not. */
  close?: () => Promise<unknown>
}

/**
 * `drained`: whether the requests to other containers have finished within the time limit. `left`: why nothing was switched, in a few
 * words.
 */
export type Switched = { drained: Promise<boolean>; left?: string }
