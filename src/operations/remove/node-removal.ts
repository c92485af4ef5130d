import { toDrayError } from '../../deploy/execute/failure.ts'
import type { DiskThing } from '../../deploy/model/disk/disk-thing.ts'
import type { StoredContainer } from '../../deploy/model/disk/inventory.ts'
import { nameHost, settleEachHost } from '../../deploy/model/on-each-host.ts'
import type { Clock } from '../../shared/clock.ts'
import { removeGoing } from '../disk/clean.ts'
import {
  observeNode,
  readOwnImages,
  type DiskManager,
  type DiskNode,
  type OwnImages,
} from '../disk/swarm-disk.ts'
import {
  asThing,
  goesWith,
  kindOf,
  planNodeRemoval,
  withoutStack,
  type GoingStack,
  type NodePlan,
} from './plan-node-removal.ts'
import type { GoingThing, NodeRemoval, RemovalWish } from './removal-plan.ts'

/** What dray is connected to in a swarm from which a stack is removed. */
export type RemovalNodes = {
  manager: Pick<DiskManager, 'archive' | 'cluster' | 'others'>
  /** The manager is one of them. */
  nodes: readonly RemovalNode[]
  /** Failures of nodes that dray.yml lists. */
  failures: readonly unknown[]
  /** Names in the swarm of the nodes that dray is not connected to. */
  unread: readonly string[]
}

/** `nodeName`: that in the swarm. */
export type RemovalNode = DiskNode & { nodeName: string }

export type PlannedNodes = Pick<RemovalNodes, 'failures' | 'unread'> & { planned: readonly PlannedNode[] }

type PlannedNode = { plan: NodeRemoval; remove: (removing: Removing) => Promise<NodeOutcome> }

/** What was removed from a node. */
export type NodeOutcome = {
  host: string
  removed: readonly Pick<GoingThing, 'kind' | 'name'>[]
  /** What is in the way of the rest, with the node's name; empty if nothing is left. */
  problems: readonly string[]
}

type Removing = { clock: Clock; stop: AbortSignal }
type Wanted = { stack: GoingStack; wish: Pick<RemovalWish, 'volumes'>; signal: AbortSignal }
type Work = Wanted & { manager: RemovalNodes['manager']; own: OwnImages }

/** How long Swarm may take to remove the containers of ended tasks; after that, it has forgotten those that are left. */
const CONTAINERS_MS = 10_000
const LOOK_EVERY_MS = 1_000

/**
 * Plans what the removal of a stack takes from each node: of images, what `dray clean` would take if the app had no archived release
 * and no service. The failure of a node is among the failures, and its name among the unread. Changes nothing. Throws what reading
 * the releases throws.
 */
export async function planNodes(
  { manager, nodes, failures, unread }: RemovalNodes,
  wanted: Wanted,
): Promise<PlannedNodes> {
  const { stack, signal } = wanted
  // The journal of a failed deploy may not name its stack.
  if (stack.project === '') return { planned: [], failures: [], unread: [] }
  const own = await readOwnImages(manager, stack.project, signal)
  const work: Work = { ...wanted, manager, own: { ...own, project: stack.project, releases: [] } }
  const { results, failures: unreadable } = await settleEachHost(
    nodes,
    ({ name }) => name,
    async (node) => ({ node, ...(await look(node, work)) }),
  )
  signal.throwIfAborted()
  const left = nodes.filter((node) => results.every((it) => it.node !== node))
  return {
    planned: results.map(({ node, ...planned }) => ({
      plan: planned.plan,
      remove: ({ clock, stop }) => removeFrom(node, planned, { ...work, signal: stop, clock }),
    })),
    failures: [...failures, ...unreadable],
    unread: [...unread, ...left.map(({ nodeName }) => nodeName)].sort(),
  }
}

/** Reads a node, and decides as if the stack were gone from it and from the swarm. */
async function look(node: RemovalNode, { manager, own, stack, wish, signal }: Work): Promise<NodePlan> {
  const inventory = await node.engine.disk.inventory(signal)
  const services = await manager.cluster.serviceImages()
  const others = services.filter(({ service }) => !stack.going.includes(service))
  const { things } = await observeNode(
    { ...node, engine: { disk: { inventory: async () => withoutStack(inventory, stack) } } },
    { others: manager.others, cluster: { serviceImages: async () => others } },
    { ...own, signal },
  )
  return planNodeRemoval(
    { host: node.name, stack, inventory, things, known: own.known, services: others },
    wish,
  )
}

/** Removes what was planned, and every ended container of the stack. Never rejects. */
async function removeFrom(
  node: RemovalNode,
  { judged }: NodePlan,
  work: Work & { clock: Clock },
): Promise<NodeOutcome> {
  const { name: host, engine } = node
  const { signal, stack } = work
  // Its services are gone: what still runs is in the way.
  const after = { ...work, stack: { ...stack, going: [] } }
  const planned = judged.filter(({ mayGo }) => mayGo)
  const isOf = (things: readonly DiskThing[], { stage, id }: DiskThing): boolean =>
    things.some((it) => it.stage === stage && it.id === id)
  const removed: DiskThing[] = []
  const remove = async (things: readonly DiskThing[]): Promise<void> => {
    const observation = { host, fileSystems: [], things }
    const { cleaned, failures } = await removeGoing(observation, engine, {
      signals: [signal],
      measure: async () => [],
    })
    removed.push(...cleaned.removed)
    if (failures.length > 0) throw failures[0]
  }
  const problems: string[] = []
  try {
    await remove((await awaitContainers(node, work)).map(asThing))
    const now = (await look(node, after)).judged
    await remove(now.filter((it) => !isContainer(it) && it.mayGo && isOf(planned, it)))
    // Swarm removes containers, too: those that are left are in `now`.
    const sought = [...planned.filter((it) => !isContainer(it)), ...now.filter(isContainer)]
    if (sought.some((it) => !isOf(removed, it))) {
      const left = (await look(node, after)).judged.filter((it) => isOf(sought, it))
      problems.push(
        ...left.map((it) => `${tell(it)} on ${host}: ${it.mayGo ? 'Docker keeps it' : it.reason}`),
      )
    }
  } catch (error) {
    if (!signal.aborted) problems.push(nameHost(toDrayError(error), host).message)
    if (removed.length > 0) problems.push(`Removed from ${host} until then: ${removed.map(tell).join(', ')}.`)
  }
  return { host, removed: removed.map(({ stage, name }) => ({ kind: kindOf(stage), name })), problems }
}

/** Waits for Swarm, which also removes the anonymous volumes of a container. Returns the ended containers that it left. */
async function awaitContainers(
  { engine }: RemovalNode,
  { stack, clock, signal }: Work & { clock: Clock },
): Promise<StoredContainer[]> {
  const untilMs = clock.now() + CONTAINERS_MS
  for (;;) {
    const { containers } = await engine.disk.inventory(signal)
    const left = containers.filter((it) => goesWith(it, stack))
    if (left.length === 0 || clock.now() >= untilMs) return left.filter(({ isUp }) => !isUp)
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

function isContainer({ stage }: DiskThing): boolean {
  return stage === 'containers'
}

function tell({ stage, name }: DiskThing): string {
  return `${kindOf(stage)} ${name}`
}
