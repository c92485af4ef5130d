import type { ServiceImages } from '../../deploy/model/cluster.ts'
import type { CleanupStage, DiskThing } from '../../deploy/model/disk/disk-thing.ts'
import type { DiskInventory, StoredContainer } from '../../deploy/model/disk/inventory.ts'
import { goingOf, stayingOf, type Judged } from './judge-directory.ts'
import type { GoingThing, NodeRemoval, RemovalWish } from './removal-plan.ts'

/** The stack that is removed, with the names that its services have in the swarm: `shop_web`. */
export type GoingStack = {
  project: string
  going: readonly string[]
  /** Services of its name that dray did not start. */
  staying: readonly string[]
}

export type NodeFacts = {
  host: string
  stack: GoingStack
  /** What the node has. */
  inventory: DiskInventory
  /** What `judgeNode` says of the node without the stack. */
  things: readonly DiskThing[]
  /** Every image of the app that is known, `repo@sha256:…`. */
  known: ReadonlySet<string>
  /** All of the swarm. */
  services: readonly ServiceImages[]
}

/** What a removal takes from a node, for the user and for the Engine, and everything that was judged. */
export type NodePlan = { plan: NodeRemoval; judged: readonly DiskThing[] }

/** Decides what the removal of a stack takes from a node. Pure. */
export function planNodeRemoval(facts: NodeFacts, { volumes }: Pick<RemovalWish, 'volumes'>): NodePlan {
  const { host, stack, inventory, known } = facts
  const judged = [
    ...inventory.containers.filter((it) => goesWith(it, stack) && !it.isUp).map(asThing),
    ...facts.things.filter(
      ({ stage, mayGo, names }) => stage === 'images' && (mayGo || names.some((name) => known.has(name))),
    ),
    ...inventory.volumes
      .filter(({ isOfStack, project }) => isOfStack === true && project === stack.project)
      .map(({ name, sizeBytes = 0 }): DiskThing => {
        const stays = volumes ? whyVolumeStays(name, facts) : 'removed only with --volumes'
        const mayGo = stays === undefined
        return { ...plain, stage: 'volumes', id: name, name, sizeBytes, mayGo, reason: stays ?? '' }
      }),
  ]
  const forUser = judged.map((it): Judged => ({
    kind: kindOf(it.stage),
    name: it.name,
    ids: it.stage === 'images' ? it.names : [it.id],
    ...(!it.mayGo && { stays: it.reason }),
  }))
  return {
    plan: { host, going: goingOf(forUser), staying: stayingOf(forUser, { hasAdopted: false }) },
    judged,
  }
}

/** Whether Swarm removes a container, or has forgotten it, when the stack is removed. */
export function goesWith(
  { project, isOfStack, isUp, name }: StoredContainer,
  { project: stack, going, staying }: GoingStack,
): boolean {
  if (isOfStack !== true || project !== stack) return false
  const isOf = (service: string): boolean => name.startsWith(`${service}.`)
  return going.some(isOf) || (!isUp && !staying.some(isOf))
}

/** A node as it is without the stack. */
export function withoutStack(inventory: DiskInventory, stack: GoingStack): DiskInventory {
  return { ...inventory, containers: inventory.containers.filter((it) => !goesWith(it, stack)) }
}

/** An ended container. */
export function asThing({ id, name, sizeBytes }: StoredContainer): DiskThing {
  return { ...plain, stage: 'containers', id, name, sizeBytes, mayGo: true, reason: '' }
}

const plain = { owner: undefined, names: [] } as const

/** The kind of a thing of a node, as plans have it. */
export function kindOf(stage: CleanupStage): Extract<GoingThing['kind'], 'container' | 'image' | 'volume'> {
  return stage === 'containers' ? 'container' : stage === 'volumes' ? 'volume' : 'image'
}

function whyVolumeStays(name: string, { inventory, services, stack }: NodeFacts): string | undefined {
  const [first] = stack.staying
  if (first !== undefined) return `service ${first} of the same stack stays`
  const user = withoutStack(inventory, stack).containers.find(({ volumes }) => volumes.includes(name))
  if (user !== undefined) return `used by container ${user.name}`
  const service = services.find((it) => !stack.going.includes(it.service) && it.volumes?.includes(name))
  return service && `service ${service.service} may use it here`
}
