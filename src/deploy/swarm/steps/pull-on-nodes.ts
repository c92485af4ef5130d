import { DrayError } from '../../../errors/dray-error.ts'
import type { Secret } from '../../../shared/secrets/secret.ts'
import type { ClusterNode, StackTask } from '../../model/cluster.ts'
import { parseImageReference } from '../../model/image-reference.ts'
import type { StepOf } from '../../model/plan.ts'
import { LOOK_EVERY_MS } from '../look-every.ts'
import { type StackStepContext, type StackStepRunner } from '../stack-execution.ts'

type Step = StepOf<'pull-on-nodes'>

/** What a try to pull gave: the nodes that have the image now, or why one has not. */
type Pulled = { nodes: readonly ClusterNode[] } | { failure: DrayError }

/**
 * Has every active node pull an image, by a job of the swarm. A node that has the image asks no registry, so that one of an
 * archived release is first tried without a token. Throws SWARM_PULL_FAILED, STACK_NO_NODE if no node is left, and what asking for
 * a token throws.
 */
export const pullOnNodes: StackStepRunner<Step> = async (step, context) => {
  const { execution, signal } = context
  if (step.isKnown) {
    const pulled = await pullWith(undefined, step, context)
    if ('nodes' in pulled) return `${conclude(pulled.nodes, step, context)} already`
  }
  const token = await execution.pullToken(parseImageReference(step.name), signal)
  const pulled = await pullWith(token, step, context)
  if ('failure' in pulled) throw pulled.failure
  return conclude(pulled.nodes, step, context)
}

/** Notes the nodes that have the image. A node that was lost or drained meanwhile is named. */
function conclude(
  there: readonly ClusterNode[],
  { name, nodes }: Step,
  { execution: { done } }: StackStepContext,
): string {
  done.pulled.set(name, new Set(there.map(({ id }) => id)))
  const without = Object.entries(nodes)
    .filter(([id]) => !done.pulled.get(name)?.has(id))
    .map((it) => it[1])
  const text = `on ${there.length} ${there.length === 1 ? 'node' : 'nodes'}`
  return without.length === 0 ? text : `${text}, not on ${without.join(', ')}`
}

/** A node is `unknown` for a moment after the election of a leader. */
const AWAY = new Set(['down', 'disconnected'])

/** Of the digest in the names of pull jobs. */
const SHORT_DIGEST = 12

/** How long a node may take to begin, and to pull: Swarm says nothing of how far a pull is. */
const BEGIN_MS = 2 * 60_000
const PULL_MS = 30 * 60_000
/** Time after which a pull is reported, and again each time that it doubles. */
const LONG_MS = 5 * 60_000

/**
 * The token leaves the swarm with the job, and expires in minutes. A node that goes down or is drained meanwhile is left out. The job
 * is removed; what remains of one is removed by the undo, and by the next deploy.
 */
async function pullWith(
  token: Secret | undefined,
  step: Step,
  { execution, signal, progress }: StackStepContext,
): Promise<Pulled> {
  const { host, observation, clock, emit } = execution
  const { cluster } = host.swarm
  const digest = step.name.slice(step.name.indexOf('sha256:') + 'sha256:'.length)
  const startedAtMs = clock.now()
  const job = await cluster.startPull({
    stack: observation.directory.app.project,
    name: `dray-pull-${digest.slice(0, SHORT_DIGEST)}-${startedAtMs.toString(36)}`,
    image: step.name,
    token,
  })
  let moved = { atMs: startedAtMs, states: '' }
  let toldMs = LONG_MS
  try {
    for (;;) {
      signal.throwIfAborted()
      const [tasks, nodes] = await Promise.all([cluster.tasksOf(job), cluster.nodes()])
      const asked = nodes.filter(
        ({ id, state, availability }) =>
          step.nodes[id] !== undefined && availability === 'active' && !AWAY.has(state),
      )
      const on = (id: string) => tasks.filter(({ nodeId }) => nodeId === id)
      const failed = asked.find(({ id }) => pullState(on(id)) === 'failed')
      if (failed !== undefined)
        return { failure: pullFailed(step.name, failed.name, reasonIn(on(failed.id))) }
      const waiting = asked.filter(({ id }) => pullState(on(id)) === 'waiting')
      const [slow] = waiting
      if (asked.length > 0 && slow === undefined) return { nodes: asked }
      progress({ text: `${asked.length - waiting.length} of ${asked.length} nodes` })
      const states = tasks.map(({ id, state }) => `${id} ${state}`).sort()
      if (states.join() !== moved.states) moved = { atMs: clock.now(), states: states.join() }
      const stillMs = clock.now() - moved.atMs
      const isPulling = waiting.some(({ id }) => on(id).some(({ state }) => state === 'preparing'))
      if (stillMs >= (isPulling ? PULL_MS : BEGIN_MS)) throw stuck(step, slow, { tasks, isPulling })
      if (clock.now() - startedAtMs >= toldMs) {
        emit({
          type: 'note',
          at: clock.now(),
          level: 'warning',
          text: `${waiting.map(({ name }) => name).join(', ')} has not pulled ${step.name} for ${toldMs / 60_000} min. The deploy is waiting for it.`,
          hint: `\`docker pull ${step.name}\` on the node shows how far it is. To leave the node out: \`docker node update --availability drain NODE\`.`,
        })
        toldMs *= 2
      }
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  } finally {
    await cluster.removeService(job).catch(() => undefined)
  }
}

/** A container is created from an image that is there, whether or not it then starts. */
function pullState(tasks: readonly StackTask[]): 'there' | 'waiting' | 'failed' {
  if (tasks.some(({ hasContainer }) => hasContainer)) return 'there'
  return tasks.some(({ state }) => state === 'rejected' || state === 'failed') ? 'failed' : 'waiting'
}

function reasonIn(tasks: readonly StackTask[]): string | undefined {
  return tasks.map(({ error }) => error).findLast((error) => error !== '')
}

function pullFailed(name: string, node: string, reason = 'no reason given'): DrayError {
  return new DrayError('SWARM_PULL_FAILED', `Node ${node} could not pull ${name}: ${reason}.`, {
    hint: `On ${node}: \`docker pull ${name}\` shows the reason, and \`journalctl -u docker\` what happened. To leave the node out: \`docker node update --availability drain ${node}\`.`,
  })
}

/** Nothing moved for too long. `slow`: a node that has not pulled yet; undefined if none of the nodes is left. */
function stuck(
  { name, nodes }: Step,
  slow: ClusterNode | undefined,
  { tasks, isPulling }: { tasks: readonly StackTask[]; isPulling: boolean },
): DrayError {
  if (slow === undefined)
    return new DrayError(
      'STACK_NO_NODE',
      `No node is left to pull ${name}: ${Object.values(nodes).join(', ')} went down or were drained since the deploy began.`,
    )
  const reason = reasonIn(tasks)
  if (isPulling) return pullFailed(name, slow.name, `it has not ended after ${PULL_MS / 60_000} min`)
  return new DrayError(
    'STACK_NO_NODE',
    `Node ${slow.name} did not begin to pull ${name} within ${BEGIN_MS / 60_000} min${reason === undefined ? '' : `: ${reason}`}.`,
    {
      hint: `\`docker node ps ${slow.name}\` on a manager shows what it does. To leave the node out: \`docker node update --availability drain ${slow.name}\`.`,
    },
  )
}
