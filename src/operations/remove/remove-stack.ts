import { LOOK_EVERY_MS } from '../../deploy/swarm/look-every.ts'
import type { Cluster } from '../../deploy/model/cluster.ts'
import { hasTaskEnded, isAway, taskName } from '../../deploy/model/task-name.ts'
import { toDrayError } from '../../deploy/execute/failure.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { planNodes, type NodeOutcome, type PlannedNodes, type RemovalNodes } from './node-removal.ts'
import { refuseLeft, refuseUnwritable, removalIncomplete } from './removal-failures.ts'
import type { DirectoryRemoval } from './removal-host.ts'
import type { GoingThing, RemovalPlan, RemovalWish } from './removal-plan.ts'
import {
  findLeftOfStack,
  goingStack,
  planStackRemoval,
  type StackInventory,
  type StackRemovalFacts,
} from './plan-stack-removal.ts'

/** A manager of a swarm, with what the removal of a stack uses there. */
export type StackRemovalHost = {
  name: string
  cluster: Pick<
    Cluster,
    'services' | 'pullJobs' | 'tasks' | 'nodes' | 'networksOf' | 'things' | 'removeService' | 'removeThing'
  >
  directory: DirectoryRemoval
  /** Its directory is that of the app's files on this machine. */
  isSource: boolean
  clock: Clock
  swarm: RemovalNodes
}

type Removed = StackRemovalFacts['release']

/** The removal of a stack: what was planned, for the release that is deployed. */
export type PlannedStackRemoval = {
  host: StackRemovalHost
  release: Removed
  plan: RemovalPlan
  nodes: PlannedNodes
}

/** How long no task may stop while dray waits: longer than most grace periods. */
const PATIENCE_MS = 300_000
/** How long Swarm may call a network used after the last task has stopped. */
const NETWORK_MS = 60_000

/**
 * Plans the removal of a stack, from its manager and its nodes. Changes nothing. Throws PATH_NOT_WRITABLE, and what the manager throws;
 * failures of nodes are among the results.
 */
export async function planStackRemovalOn(
  host: StackRemovalHost,
  { release, wish, signal }: { release: Removed; wish: RemovalWish; signal: AbortSignal },
): Promise<PlannedStackRemoval> {
  const { name, isSource, directory } = host
  const facts = await read(host, release)
  const stack = goingStack({ release, ...facts })
  const nodes = await planNodes(host.swarm, { stack, wish, signal })
  const plan = planStackRemoval(
    {
      host: name,
      path: directory.path,
      release,
      isSource,
      ...facts,
      nodes: nodes.planned.map((it) => it.plan),
      unread: nodes.unread,
      isUnfinished: nodes.failures.length > 0,
    },
    wish,
  )
  refuseUnwritable(plan, facts.survey.unwritable)
  return { host, release, plan, nodes }
}

type Removing = {
  stop: AbortSignal
  /** How many tasks are waited for. */
  onWait: (tasks: number) => void
  /** What was removed from a node. */
  onNode: (outcome: NodeOutcome) => void
}

/**
 * Carries out the planned removal of a stack, under the app's lock: services first, then, when their tasks have stopped, networks,
 * configs and secrets, then what the nodes have, and files and records last, after everything else was seen to be gone. A node that
 * fails does not stop the others. Returns what is in the directory afterwards, and the tasks that were not seen to stop, since their
 * nodes are down. `stop` aborts it between two kinds of things. Throws REMOVAL_INCOMPLETE.
 */
export async function removeStack(
  { host, release, plan, nodes }: PlannedStackRemoval,
  { stop, onWait, onNode }: Removing,
): Promise<{ entries: readonly string[]; unseen: readonly string[] }> {
  const { cluster, directory } = host
  const of = (kind: GoingThing['kind']): string[] =>
    plan.going.filter((it) => it.kind === kind).flatMap(({ ids }) => ids)
  try {
    // Afterwards Swarm no longer has their names.
    const { services } = await readInventory(host, release)
    await Promise.all(of('service').map((id) => cluster.removeService(id)))
    const unseen = await awaitStopped({ host, release, services, removed: of('service') }, { stop, onWait })
    await removeNetworks(of('network'), { host, release, stop })
    stop.throwIfAborted()
    await Promise.all(of('config').map((id) => cluster.removeThing('configs', id)))
    await Promise.all(of('secret').map((id) => cluster.removeThing('secrets', id)))
    stop.throwIfAborted()
    const unfinished = await removeFromNodes(nodes, { host, stop, onNode })
    const isFile = ({ kind }: GoingThing): boolean => kind === 'file' || kind === 'records'
    const before = await read(host, release)
    refuseLeft(
      findLeftOfStack(plan, before).filter((it) => !isFile(it)),
      unfinished,
    )
    await directory.remove(plan.going.filter(({ kind }) => kind === 'file').map(({ name }) => name))
    const survey = await directory.survey(Object.keys(release.files))
    refuseLeft(findLeftOfStack(plan, { ...before, survey }))
    return { entries: survey.entries, unseen }
  } catch (error) {
    throw removalIncomplete(error, host.name)
  }
}

/** Each node on its own. Returns what is in the way of the rest. Throws REMOVAL_INCOMPLETE if `stop` aborts. */
async function removeFromNodes(
  { planned, failures }: PlannedNodes,
  { host: { clock }, stop, onNode }: Pick<Removing, 'stop' | 'onNode'> & { host: StackRemovalHost },
): Promise<string[]> {
  const outcomes = await Promise.all(
    planned.map(async ({ remove }) => {
      const outcome = await remove({ clock, stop })
      onNode(outcome)
      return outcome
    }),
  )
  const problems = outcomes.flatMap((it) => it.problems)
  if (stop.aborted) {
    const { message, exitCode } = toDrayError(stop.reason)
    throw new DrayError('REMOVAL_INCOMPLETE', message, { exitCode, details: { problems } })
  }
  return [...failures.map((failure) => toDrayError(failure).message), ...problems]
}

async function read(host: StackRemovalHost, release: Removed) {
  const [inventory, survey] = await Promise.all([
    readInventory(host, release),
    host.directory.survey(Object.keys(release.files)),
  ])
  return { inventory, survey }
}

/** Everything of the stack's name; nothing if the journal of a failed deploy does not name it. */
async function readInventory(
  { cluster }: StackRemovalHost,
  { project }: Pick<Removed, 'project'>,
): Promise<StackInventory> {
  const nodes = await cluster.nodes()
  if (project === '')
    return { services: [], pullJobs: [], tasks: [], nodes, networks: [], configs: [], secrets: [] }
  const [services, pullJobs, tasks, networks, configs, secrets] = await Promise.all([
    cluster.services(project),
    cluster.pullJobs(project),
    cluster.tasks(project),
    cluster.networksOf(project),
    cluster.things('configs'),
    cluster.things('secrets'),
  ])
  const isOurs = ({ stack }: { stack: string | undefined }): boolean => stack === project
  return {
    services,
    pullJobs,
    tasks,
    nodes,
    networks,
    configs: configs.filter(isOurs),
    secrets: secrets.filter(isOurs),
  }
}

/** Waits until nothing of the removed services runs on a node that answers. Returns the tasks of the others. */
async function awaitStopped(
  {
    host: { cluster, clock },
    release,
    services,
    removed,
  }: {
    host: StackRemovalHost
    release: Removed
    services: StackInventory['services']
    removed: readonly string[]
  },
  { stop, onWait }: Pick<Removing, 'stop' | 'onWait'>,
): Promise<string[]> {
  let fewest = Infinity
  let untilMs = Infinity
  for (;;) {
    stop.throwIfAborted()
    if (release.project === '') return []
    const [tasks, nodes] = await Promise.all([cluster.tasks(release.project), cluster.nodes()])
    const away = new Set(nodes.filter(isAway).map(({ id }) => id))
    const running = tasks.filter(
      (task) => removed.includes(task.serviceId) && task.hasContainer && !hasTaskEnded(task),
    )
    const waiting = running.filter(({ nodeId }) => !away.has(nodeId))
    const names = (some: typeof running): string[] => some.map((task) => taskName(task, { services, nodes }))
    if (waiting.length === 0) return names(running)
    if (waiting.length < fewest) {
      if (fewest === Infinity) onWait(waiting.length)
      fewest = waiting.length
      untilMs = clock.now() + PATIENCE_MS
    }
    if (clock.now() >= untilMs)
      throw new DrayError(
        'REMOVAL_INCOMPLETE',
        `tasks have not stopped within ${PATIENCE_MS / 60_000} min.`,
        {
          details: { problems: names(waiting) },
        },
      )
    await clock.sleep(LOOK_EVERY_MS, stop)
  }
}

/** Swarm refuses to remove a network for a moment after its last task has stopped. */
async function removeNetworks(
  ids: readonly string[],
  {
    host: { cluster, clock },
    release,
    stop,
  }: { host: StackRemovalHost; release: Removed; stop: AbortSignal },
): Promise<void> {
  const untilMs = clock.now() + NETWORK_MS
  for (let left = ids; left.length > 0 && clock.now() < untilMs;) {
    stop.throwIfAborted()
    await Promise.all(left.map((id) => cluster.removeThing('networks', id)))
    const there = new Set((await cluster.networksOf(release.project)).map(({ id }) => id))
    left = left.filter((id) => there.has(id))
    if (left.length > 0) await clock.sleep(LOOK_EVERY_MS, stop)
  }
}
