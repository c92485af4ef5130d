import type { ClusterNode } from '../model/cluster.ts'
import type { DesiredRelease } from '../model/observation.ts'
import type { Release } from '../model/release.ts'
import type { FileChanges } from '../plan/file-changes.ts'
import type { StackDecision } from './decide-stack-services.ts'
import type { HeldPort } from './find-port-holders.ts'
import type { StackObservation } from './observe-stack.ts'

/** What the steps of a plan are made of. */
export type StackPlanContext = {
  observation: StackObservation
  desired: DesiredRelease
  current: Release | undefined
  decisions: readonly StackDecision[]
  files: FileChanges
  /** Services of archived releases that the compose file no longer has. */
  orphans: readonly string[]
  /** Ports of the release that other services have until then. */
  held: readonly HeldPort[]
  nodes: readonly ClusterNode[]
  /** Nodes that have not pulled the images of the current release. */
  newcomers: readonly ClusterNode[]
  release: string
}
