import { nameHost, settleEachHost } from '../../deploy/model/on-each-host.ts'
import type { Cluster } from '../../deploy/model/cluster.ts'
import type { JournalEntry } from '../../deploy/model/lock.ts'
import { newestRelease, pinnedImages, type Release } from '../../deploy/model/release.ts'
import type { EngineDisk } from '../../deploy/model/disk/inventory.ts'
import type { FileSystem } from '../../deploy/model/file-system.ts'
import { findNeededByReleases } from '../../deploy/plan/disk/needed-there.ts'
import { judgeNode } from '../../deploy/plan/disk/judge-node.ts'
import {
  cleaned,
  failureOf,
  journalCleaning,
  nameOf,
  removeGoing,
  type Cleaned,
  type CleanRequest,
} from './clean.ts'
import type { DiskHost, HostDiskObservation } from './observe-disk.ts'

/** The manager that has the app's releases and its lock. */
export type DiskManager = Pick<DiskHost, 'lock' | 'archive'> & {
  cluster: Pick<Cluster, 'serviceImages'>
  /** The archived releases of other stacks of the same swarm, as far as they can be read: newest of each list gives its stack. */
  others: readonly (readonly Release[])[]
}

/** A node of the swarm, which may be that manager. */
export type DiskNode = Pick<DiskHost, 'name' | 'engine'> & { measure: () => Promise<readonly FileSystem[]> }

/** The app's releases, and every image that they or its last deploys have, `repo@sha256:…`. */
export type OwnImages = { project: string; releases: readonly Release[]; known: ReadonlySet<string> }

/** Attempts whose images are read from the journal: those of older ones that no release has are known by their repository. */
const ATTEMPTS_READ = 100

/** Reads the app's releases and images. Throws what the archive throws. */
export async function readOwnImages(
  { archive }: Pick<DiskManager, 'archive'>,
  app: string,
  signal: AbortSignal,
): Promise<OwnImages> {
  const { releases, journal } = await archive.read(ATTEMPTS_READ, signal)
  const project = newestRelease(releases)?.project ?? app
  return {
    project,
    releases,
    known: new Set([...releases.flatMap(pinnedImages), ...journal.flatMap(imagesOf)]),
  }
}

/** The images that an attempt was to deploy; the journal may have anything. */
function imagesOf({ event, images }: JournalEntry): string[] {
  if (event !== 'deploy.started' || typeof images !== 'object' || images === null) return []
  return Object.values(images).filter((it) => typeof it === 'string')
}

/** Reads what a node has, and then what the swarm needs: a service may have changed while the Engine measured. */
export async function observeNode(
  node: Pick<DiskNode, 'name' | 'measure'> & { engine: { disk: Pick<EngineDisk, 'inventory'> } },
  { cluster, others }: Pick<DiskManager, 'cluster' | 'others'>,
  { project, releases, known, signal }: OwnImages & { signal: AbortSignal },
): Promise<HostDiskObservation> {
  const [inventory, fileSystems] = await Promise.all([node.engine.disk.inventory(signal), node.measure()])
  const services = await cluster.serviceImages()
  const elsewhere = others.flatMap((of) => {
    const stack = newestRelease(of)?.project
    return stack === undefined ? [] : [{ stack, releases: of }]
  })
  const images = new Map([
    ...elsewhere.flatMap((other) =>
      [...findNeededByReleases(other.stack, other.releases).images].map(
        ([image, label]): [string, string] => [image, `${label} of stack ${other.stack}`],
      ),
    ),
    ...findNeededByReleases(project, releases).images,
  ])
  const knownStacks = new Set(elsewhere.map(({ stack }) => stack))
  const things = judgeNode(inventory, { project, images, known, services, knownStacks })
  return { host: node.name, project, releases, inventory, fileSystems, things }
}

/** Results of the nodes that answered, and the failures of the others. */
type OfNodes<T> = { results: T[]; failures: unknown[] }

/** Reads the disk use of nodes, with decisions for one app. Read-only. Throws what reading the releases throws. */
export async function observeNodes(
  manager: DiskManager,
  nodes: readonly DiskNode[],
  { app, signal }: Pick<CleanRequest, 'app' | 'signal'>,
): Promise<OfNodes<HostDiskObservation>> {
  const own = await readOwnImages(manager, app, signal)
  return settleEachHost(
    nodes,
    ({ name }) => name,
    (node) => observeNode(node, manager, { ...own, signal }),
  )
}

/** What `cleanNodes` would remove: takes no lock and changes nothing. Throws what reading the releases throws. */
export async function planNodeCleaning(
  manager: DiskManager,
  nodes: readonly DiskNode[],
  request: Pick<CleanRequest, 'app' | 'signal'>,
): Promise<OfNodes<Cleaned>> {
  const { results, failures } = await observeNodes(manager, nodes, request)
  const planned = results.map((it) =>
    cleaned(it, { removed: it.things.filter(({ mayGo }) => mayGo), fileSystemsAfter: it.fileSystems }),
  )
  return { results: planned, failures }
}

/**
 * Removes from nodes what `judgeNode` lets go, side by side, under the app's lock on the manager, so that no deploy of it runs. The
 * failure of one node does not stop the others; what was removed from it until then is among the results, as it is if the signal
 * aborts or the lock is lost. Throws LOCK_HELD, and what reading the releases throws.
 */
export async function cleanNodes(
  manager: DiskManager,
  nodes: readonly DiskNode[],
  { app, holder, waitMs, signal }: Omit<CleanRequest, 'rules'>,
): Promise<OfNodes<Cleaned>> {
  await using lock = await manager.lock(holder, { waitMs, signal })
  const own = await readOwnImages(manager, app, signal)
  const { results: done, failures: unread } = await settleEachHost(
    nodes,
    ({ name }) => name,
    async (node) => {
      const observation = await observeNode(node, manager, { ...own, signal })
      const { measure } = node
      const its = await removeGoing(observation, node.engine, { signals: [signal, lock.lost], measure })
      return { ...its, failures: its.failures.map((failure) => nameHost(failure, node.name)) }
    },
  )
  const results = done.map((it) => it.cleaned)
  const removed = results.flatMap((it) => it.removed.map((thing) => `${nameOf(thing)} on ${it.host}`))
  const { releases } = own
  const unwritten = await failureOf(journalCleaning(lock, { releases, at: holder.sinceMs, holder, removed }))
  const ended = [signal, lock.lost].find(({ aborted }) => aborted)
  const failures = [...unread, ...done.flatMap((it) => it.failures), ...unwritten]
  return {
    results,
    failures: ended === undefined ? failures : [ended.reason, ...failures.filter((it) => !isOf(ended, it))],
  }
}

/** Whether a failure is that a signal aborted. */
function isOf({ reason }: AbortSignal, failure: unknown): boolean {
  return failure === reason || (failure instanceof Error && failure.cause === reason)
}
