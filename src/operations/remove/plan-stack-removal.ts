import type { ClusterNode, ClusterThing, StackService, StackTask } from '../../deploy/model/cluster.ts'
import type { Release } from '../../deploy/model/release.ts'
import { isOwnJob } from '../../deploy/swarm/jobs.ts'
import { hasTaskEnded, isAway, nodeName, taskName } from '../../deploy/model/task-name.ts'
import { goingOf, judgeDirectory, stayingOf, type DirectoryFacts, type Judged } from './judge-directory.ts'
import type { GoingStack } from './plan-node-removal.ts'
import type { GoingThing, NodeRemoval, RemovalPlan, RemovalWish, StayingThing } from './removal-plan.ts'
import type { UnrecordedDeploy } from './unrecorded-deploy.ts'

/** What a swarm has of a stack. */
export type StackInventory = {
  services: readonly StackService[]
  /** Jobs of a deploy that was killed. */
  pullJobs: readonly { id: string; name: string }[]
  tasks: readonly StackTask[]
  nodes: readonly ClusterNode[]
  networks: readonly ClusterThing[]
  configs: readonly ClusterThing[]
  secrets: readonly ClusterThing[]
}

export type StackRemovalFacts = Omit<DirectoryFacts, 'files'> & {
  /** The manager. */
  host: string
  path: string
  /** The current release; without one, the last deploy that failed or was interrupted. */
  release: Release | UnrecordedDeploy
  inventory: StackInventory
  nodes: readonly NodeRemoval[]
  /** Names in the swarm of the nodes that are not among them. */
  unread: readonly string[]
  /** dray.yml lists some of those: files and records stay, so that the next run can finish there. */
  isUnfinished: boolean
}

const UNFINISHED = 'until every node that dray.yml lists has been cleared'

/** Decides what the removal of a stack takes. Pure. */
export function planStackRemoval(facts: StackRemovalFacts, wish: RemovalWish): RemovalPlan {
  const { host, path, release, inventory, survey, isSource, nodes, unread, isUnfinished } = facts
  const theirs = theirsOf(inventory, release)
  const directory = judgeDirectory({ files: release.files, survey, isSource }, wish)
  const judged: Judged[] = [
    ...inventory.services.map((service): Judged => ({
      kind: 'service',
      name: `${release.project}_${service.service}`,
      ids: [service.id],
      ...(theirs.includes(service) && { stays: 'not started by dray' }),
    })),
    ...inventory.pullJobs.map(({ id, name }): Judged => ({ kind: 'service', name, ids: [id] })),
    ...judgeThings(inventory, theirs),
    ...inventory.services.flatMap((service) => judgeVolumes(service, inventory, unread)),
    ...directory.map((it) => (isUnfinished ? { ...it, stays: it.stays ?? UNFINISHED } : it)),
  ]
  return {
    host,
    path,
    going: goingOf(judged),
    staying: [...elsewhere(inventory, unread), ...stayingOf(judged, survey)],
    nodes,
    unreadNodes: unread,
  }
}

/** The stack as its nodes are to lose it. Pure. */
export function goingStack({
  release,
  inventory,
}: Pick<StackRemovalFacts, 'release' | 'inventory'>): GoingStack {
  const { project } = release
  const theirs = theirsOf(inventory, release)
  const nameOf = ({ service }: StackService): string => `${project}_${service}`
  return {
    project,
    going: [
      ...inventory.services.filter((it) => !theirs.includes(it)).map(nameOf),
      ...inventory.pullJobs.map(({ name }) => name),
    ],
    staying: theirs.map(nameOf),
  }
}

/** Which things of a plan are still in the swarm or in the directory. */
export function findLeftOfStack(
  plan: RemovalPlan,
  { inventory, survey }: Pick<StackRemovalFacts, 'inventory' | 'survey'>,
): GoingThing[] {
  const { services, pullJobs, networks, configs, secrets } = inventory
  const there = new Set([...services, ...pullJobs, ...networks, ...configs, ...secrets].map(({ id }) => id))
  const files = new Set([...survey.hashes.keys(), ...survey.envFiles])
  return plan.going.filter(({ kind, name, ids }) => {
    if (kind === 'records') return survey.hasRecords
    return kind === 'file' ? files.has(name) : ids.some((id) => there.has(id))
  })
}

function theirsOf({ services }: StackInventory, release: StackRemovalFacts['release']): StackService[] {
  return services.filter((service) => !isOurs(service, release))
}

/** Without a release, the stack may be one that a user deployed: dray's services have the images of the failed deploy. */
function isOurs(service: StackService, release: Release | UnrecordedDeploy): boolean {
  return (
    !('isUnrecorded' in release) || release.services[service.service] === service.image || isOwnJob(service)
  )
}

function judgeThings(
  { networks, configs, secrets }: StackInventory,
  theirs: readonly StackService[],
): Judged[] {
  const [first] = theirs
  const used = new Set(theirs.flatMap(({ uses }) => uses))
  const judge = (kind: Judged['kind'], things: readonly ClusterThing[], isUsed: (id: string) => boolean) =>
    things.map(({ id, name }): Judged => ({
      kind,
      name,
      ids: [id],
      ...(first !== undefined && isUsed(id) && { stays: `service ${first.service} of the same stack stays` }),
    }))
  return [
    ...judge('network', networks, () => first !== undefined),
    ...judge('config', configs, (id) => used.has(id)),
    ...judge('secret', secrets, (id) => used.has(id)),
  ]
}

/** Each node has a volume of its own, which its Engine alone can remove: those on nodes that dray does not reach. */
function judgeVolumes(
  { id, volumes = [] }: StackService,
  { tasks, nodes }: Pick<StackInventory, 'tasks' | 'nodes'>,
  unread: readonly string[],
): Judged[] {
  const ids = new Set(tasks.filter((it) => it.serviceId === id && it.nodeId !== '').map((it) => it.nodeId))
  const ran = [...ids].map((nodeId) => nodeName(nodeId, nodes))
  const names = ran.filter((name) => unread.includes(name)).sort()
  if (names.length === 0 && (ran.length > 0 || unread.length === 0)) return []
  const where = names.length === 0 ? 'on the nodes that ran it' : onNodes(names)
  return volumes.map((name): Judged => ({
    kind: 'volume',
    name,
    ids: [name],
    stays: `${where}; \`docker volume rm ${name}\` there removes it with its data`,
  }))
}

/** What dray cannot reach. */
function elsewhere(inventory: StackInventory, unread: readonly string[]): StayingThing[] {
  const { tasks, nodes } = inventory
  const away = new Map(nodes.filter(isAway).map((node) => [node.id, node.name]))
  const lost = tasks.filter((task) => task.hasContainer && !hasTaskEnded(task) && away.has(task.nodeId))
  return [
    ...lost.map((task): StayingThing => ({
      kind: 'container',
      name: taskName(task, inventory),
      reason: `node ${away.get(task.nodeId) ?? ''} is down; Swarm stops it when the node is back`,
    })),
    ...(unread.length === 0
      ? []
      : [
          {
            kind: 'image' as const,
            name: 'of the releases',
            reason: `${onNodes(unread)}, to which dray is not connected; \`docker image prune -a\` there removes unused ones, of any app`,
          },
        ]),
  ]
}

function onNodes(names: readonly string[]): string {
  return `on ${names.length === 1 ? 'node' : 'nodes'} ${names.join(', ')}`
}
