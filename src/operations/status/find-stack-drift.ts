import type { ClusterNode, StackService, StackTask } from '../../deploy/model/cluster.ts'
import type { ReleasedService } from '../../deploy/model/release.ts'
import { describeTask } from '../../deploy/swarm/describe-task.ts'
import { describeQuorum, findNewcomers, quorumOf } from '../../deploy/swarm/judge-nodes.ts'
import { judgeService, kindOfFailure, standingTasks, type StackView } from '../../deploy/swarm/judge-tasks.ts'
import { deployAgain, envDrift, fileDrift, type DriftInput } from './find-drift.ts'
import { failedTasks, runningTasks } from './stack-status.ts'
import type { Drift } from './status.ts'

/**
 * Every difference between a stack and its recorded release, and every node that does not take part, each with a hint. `view` is
 * undefined without a leader: then only the directory is compared. Pure.
 */
export function findStackDrift(input: DriftInput, view: StackView | undefined): Drift[] {
  const { release } = input
  return [
    ...(view === undefined
      ? []
      : [
          ...Object.entries(release.services).flatMap(([name, released]) =>
            serviceDrift(name, released, { input, view }),
          ),
          ...foreignServices({ input, view }),
          ...nodeDrift({ input, view }),
        ]),
    ...fileDrift(input),
    ...envDrift(input),
  ]
}

type Seen = { input: DriftInput; view: StackView }

function serviceDrift(name: string, released: ReleasedService, seen: Seen): Drift[] {
  const { input, view } = seen
  const service = view.services.find((it) => it.service === name)
  const hint = `${deployAgain(input)} restores it.`
  if (service === undefined)
    return [{ kind: 'service', subject: name, message: `${name} is not in the stack.`, hint }]
  if (service.mode === 'job') return []
  return [
    ...contentDrift(service, released, { view, hint }),
    ...scaleDrift(service, released, hint),
    ...updateDrift(service, view, hint),
    ...runningDrift(service, seen),
  ]
}

/** The image and the definition: of the tasks that run, and else of the service. */
function contentDrift(
  service: StackService,
  released: ReleasedService,
  { view, hint }: { view: StackView; hint: string },
): Drift[] {
  const { service: name, specHash } = service
  const running = runningTasks(service, view)
  const others = [...new Set(running.map(({ image }) => image))].filter((it) => !isSameImage(it, released))
  if (others.length > 0)
    return others.map((image) => {
      const count = running.filter((it) => it.image === image).length
      const message = `${count} of ${running.length} tasks of ${name} ${count === 1 ? 'runs' : 'run'} ${image}, not the released image.`
      return { kind: 'image', subject: name, message, hint }
    })
  if (!isSameImage(service.image, released)) {
    const message = `Swarm is to run ${service.image} for ${name}, not the released image.`
    return [{ kind: 'image', subject: name, message, hint }]
  }
  if (released.specHash === undefined || released.specHash === specHash) return []
  const message = `The definition of ${name} was changed manually.`
  return [{ kind: 'configuration', subject: name, message, hint }]
}

/** Docker's commands add the tag before the digest: `shop:v1@sha256:…`. */
function isSameImage(image: string, released: ReleasedService): boolean {
  const [name = '', digest] = image.split('@')
  const repository = released.image.replace(/@.*$/, '')
  return digest === released.digest && (name === repository || name.startsWith(`${repository}:`))
}

function scaleDrift(
  { service: name, mode, desiredTasks }: StackService,
  released: ReleasedService,
  hint: string,
): Drift[] {
  if (mode !== 'replicated' || desiredTasks === released.replicas) return []
  const message = `Swarm is to run ${desiredTasks} ${desiredTasks === 1 ? 'task' : 'tasks'} of ${name}, but the release has ${released.replicas}.`
  return [{ kind: 'replicas', subject: name, message, hint }]
}

/** An update that is not completed, while no deploy runs. */
function updateDrift(service: StackService, view: StackView, hint: string): Drift[] {
  const { service: name, image, updateState, updateMessage } = service
  const change = { service: name, change: 'none' as const, cause: '', image, limitMs: 0 }
  const { state, good, of } = judgeService(change, view, 0)
  const said = updateMessage === '' ? '' : ` (${updateMessage})`
  const drift = (message: string): Drift[] => [{ kind: 'update', subject: name, message, hint }]
  if (state === 'paused') return drift(`Swarm paused an update of ${name}${said}.`)
  if (state === 'rolled-back')
    return drift(
      updateState === 'rollback_completed'
        ? `Swarm rolled ${name} back${said}.`
        : `Swarm is rolling ${name} back${said}.`,
    )
  if (updateState !== 'updating' || state === 'done') return []
  return drift(
    `Swarm is updating ${name}, and no deploy runs: ${good} of ${of} tasks run its present definition.`,
  )
}

function runningDrift(service: StackService, { input, view }: Seen): Drift[] {
  const { service: name, desiredTasks } = service
  const running = runningTasks(service, view).length
  if (running >= desiredTasks) return []
  const task = blamedTask(service, view)
  const reason = task === undefined ? '' : `: ${describeTask(task, view.nodes)}`
  return [
    {
      kind: running === 0 ? 'service' : 'replicas',
      subject: name,
      message: `${running} of ${desiredTasks} tasks of ${name} ${running === 1 ? 'runs' : 'run'}${reason}.`,
      hint: hintFor(task, service, input),
    },
  ]
}

/** What a missing task waits for, if Swarm says it; else the last failure; else the state of the missing one. */
function blamedTask(service: StackService, view: StackView): StackTask | undefined {
  const waiting = standingTasks(service, view)
    .filter(({ state }) => state !== 'running')
    .sort((a, b) => b.createdAtMs - a.createdAtMs)
  return waiting.find(({ error }) => error !== '') ?? failedTasks(service, view)[0] ?? waiting[0]
}

function hintFor(task: StackTask | undefined, { service }: StackService, input: DriftInput): string {
  const { host, environment, release } = input
  const name = `${release.project}_${service}`
  switch (kindOfFailure(task?.error ?? '')) {
    case 'no-node':
      return `\`docker node ls\` on ${host} shows the nodes. Add one, or correct \`deploy.placement\` or \`deploy.resources\` of ${service}.`
    case 'image':
      return `${deployAgain(input)} has every node pull it.`
    case 'network':
      return 'Drain the node (`docker node update --availability drain NODE`), restart Docker there, and make it active again.'
    case 'other':
      return `\`docker service ps --no-trunc ${name}\` on ${host} lists its tasks, and \`docker service logs ${name}\` what they said. \`dray history ${environment}\` shows the deploys.`
  }
}

/** Services of the stack that the release does not have. Jobs are tasks of the app, or were started manually. */
function foreignServices({ input: { host, release }, view }: Seen): Drift[] {
  return view.services
    .filter(({ service, mode }) => !(service in release.services) && mode !== 'job')
    .map(({ service, image }) => ({
      kind: 'foreign-service' as const,
      subject: service,
      message: `Service ${service} (${image}) is in the stack, but not in the release.`,
      hint: `If it is not needed, run \`docker service rm ${release.project}_${service}\` on ${host}.`,
    }))
}

/** Nodes that are gone, and those that joined after the release. One that a user drained is no drift. */
function nodeDrift({ input, view: { nodes } }: Seen): Drift[] {
  const { host, release } = input
  const quorum = quorumOf(nodes)
  const isAway = (it: ClusterNode): boolean => it.state === 'down' || it.state === 'disconnected'
  const lost = nodes.filter((it) => isAway(it) || it.manager?.isReachable === false)
  // A release of Compose has no nodes.
  const newcomers = release.nodes === undefined ? [] : findNewcomers(nodes, release)
  return [
    ...lost.map((node): Drift => {
      const { name, role, state } = node
      const what = isAway(node)
        ? `Node ${name} is ${state}`
        : `Manager ${name} is not reached by the other managers`
      return {
        kind: 'node',
        subject: name,
        message: role === 'manager' ? `${what}: ${describeQuorum(quorum)}.` : `${what}.`,
        hint: `Start it. If it is lost for good, run ${role === 'manager' ? `\`docker node demote ${name}\` and ` : ''}\`docker node rm --force ${name}\` on ${host}.`,
      }
    }),
    ...newcomers.map(({ name }): Drift => ({
      kind: 'node',
      subject: name,
      message: `Node ${name} has not pulled the images of release ${release.id}.`,
      hint: `${deployAgain(input)} has it pull them.`,
    })),
  ]
}
