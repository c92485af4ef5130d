import { DrayError } from '../../../errors/dray-error.ts'
import type { Secret } from '../../../shared/secrets/secret.ts'
import type { StackTask } from '../../model/cluster.ts'
import { parseImageReference } from '../../model/image-reference.ts'
import type { StepOf } from '../../model/plan.ts'
import { LOOK_EVERY_MS } from '../look-every.ts'
import { type StackStepContext, type StackStepRunner } from '../stack-execution.ts'

type Step = StepOf<'pull-on-nodes'>

/**
 * Has every active node pull an image, by a job of the swarm. A node that has the image asks no registry, so that one of an
 * archived release is first tried without a token. Throws SWARM_PULL_FAILED, and what asking for a token throws.
 */
export const pullOnNodes: StackStepRunner<Step> = async (step, context) => {
  const { execution, signal } = context
  if (step.isKnown) {
    const missing = await pullWith(undefined, step, context)
    if (missing === undefined) return `on ${count(step)} already`
  }
  const token = await execution.pullToken(parseImageReference(step.name), signal)
  const failed = await pullWith(token, step, context)
  if (failed !== undefined) throw failed
  return `on ${count(step)}`
}

function count({ nodes }: Step): string {
  const { length } = Object.keys(nodes)
  return `${length} ${length === 1 ? 'node' : 'nodes'}`
}

/** A node is `unknown` for a moment after the election of a leader. */
const AWAY = new Set(['down', 'disconnected'])

/** Of the digest in the names of pull jobs. */
const SHORT_DIGEST = 12

/**
 * The token leaves the swarm with the job, and expires in minutes. A node that goes down meanwhile is left out. Returns why a node
 * could not pull; undefined if all could.
 */
async function pullWith(
  token: Secret | undefined,
  step: Step,
  { execution, signal, progress }: StackStepContext,
): Promise<DrayError | undefined> {
  const { host, observation, done, clock } = execution
  const { cluster } = host.swarm
  const digest = step.name.slice(step.name.indexOf('sha256:') + 'sha256:'.length)
  const job = await cluster.startPull({
    stack: observation.directory.app.project,
    name: `dray-pull-${digest.slice(0, SHORT_DIGEST)}-${clock.now().toString(36)}`,
    image: step.name,
    token,
  })
  done.jobs.add(job)
  try {
    for (;;) {
      signal.throwIfAborted()
      const [tasks, nodes] = await Promise.all([cluster.tasksOf(job), cluster.nodes()])
      const asked = nodes.filter(({ id, state }) => step.nodes[id] !== undefined && !AWAY.has(state))
      const on = (id: string) => tasks.filter(({ nodeId }) => nodeId === id)
      const failed = asked.find(({ id }) => pullState(on(id)) === 'failed')
      if (failed !== undefined) return pullFailed(step.name, failed.name, on(failed.id))
      const there = asked.filter(({ id }) => pullState(on(id)) === 'there').length
      progress({ text: `${there} of ${asked.length} nodes` })
      if (asked.length > 0 && there === asked.length) return undefined
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  } finally {
    await cluster.removeService(job)
    done.jobs.delete(job)
  }
}

/** A container is created from an image that is there, whether or not it then starts. */
function pullState(tasks: readonly StackTask[]): 'there' | 'waiting' | 'failed' {
  if (tasks.some(({ hasContainer }) => hasContainer)) return 'there'
  return tasks.some(({ state }) => state === 'rejected' || state === 'failed') ? 'failed' : 'waiting'
}

function pullFailed(name: string, node: string, tasks: readonly StackTask[]): DrayError {
  const reasons = [...new Set(tasks.map(({ error }) => error).filter((error) => error !== ''))]
  return new DrayError(
    'SWARM_PULL_FAILED',
    `Node ${node} could not pull ${name}: ${reasons.at(-1) ?? 'no reason given'}.`,
    {
      hint: `On ${node}: \`docker pull ${name}\` shows the reason, and \`journalctl -u docker\` what happened. To leave the node out: \`docker node update --availability drain ${node}\`.`,
    },
  )
}
