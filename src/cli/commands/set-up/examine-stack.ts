import type { DirectoryObservation, TargetHost } from '../../../deploy/model/ports.ts'
import { parseImageReference } from '../../../deploy/model/image-reference.ts'
import type { Plan } from '../../../deploy/model/plan.ts'
import { makeStackPlan } from '../../../deploy/swarm/make-stack-plan.ts'
import { observeStack, readThere } from '../../../deploy/swarm/observe-stack.ts'
import { describeObstacles } from '../../../deploy/swarm/refuse-unsupported.ts'
import { describeMissing } from '../../../deploy/swarm/refuse-stack.ts'
import { failureFrom } from '../../../deploy/execute/failure.ts'
import type { Failure } from '../../../deploy/model/events.ts'
import type {
  Answer,
  DoctorObservation,
  ImageObservation,
  SwarmObservation,
} from '../../../operations/doctor/doctor-observation.ts'
import { connectNodes } from '../../command/connect-nodes.ts'
import type { ConnectedHost } from '../../command/connect-hosts.ts'
import { examineImages, examineRegistries } from './examine-app.ts'
import { examineUrl } from './examine-url.ts'
import type { ExaminedWith } from './examined-with.ts'
import { settle } from './settle.ts'

type Manager = {
  host: ConnectedHost
  swarm: NonNullable<TargetHost['swarm']>
  nodes: SwarmObservation['nodes']
  access: Pick<SwarmObservation, 'access'>
}

/** Connects to the nodes that dray.yml lists, and checks that they belong to the swarm; empty if it lists none. */
export async function examineNodes(
  host: ConnectedHost,
  { input, context }: ExaminedWith,
): Promise<Pick<SwarmObservation, 'access'>> {
  const listed = input.config.environment.nodes.length
  if (listed === 0) return {}
  await using connected = await connectNodes(host, { input, context })
  return { access: { listed, failures: connected.failures.map(failureFrom) } }
}

/** Examines what depends on the app's compose file as a stack: images, what must be in the swarm, the URL and the plan. */
export async function examineStack(
  { host, swarm: { cluster, stack }, nodes, access }: Manager,
  observation: DirectoryObservation,
  by: ExaminedWith,
): Promise<
  Pick<DoctorObservation, 'lackingVariables' | 'images' | 'registries' | 'url' | 'plan'> & {
    swarm: SwarmObservation
  }
> {
  const { desired, input, context } = by
  const { signal, clock } = context
  const { app, stack: review } = observation
  const isManager = nodes !== undefined && 'value' in nodes
  const readMissing = async (): Promise<Failure | undefined> => {
    const missing = describeMissing(review ?? { externals: [] }, await readThere(cluster), host.name)
    return missing && failureFrom(missing)
  }
  const [images, registries, missing, running, source] = await Promise.all([
    examineImages(host, observation, by),
    examineRegistries(host, observation, by),
    isManager ? settle(readMissing(), signal) : undefined,
    isManager ? settle(cluster.tasks(app.project), signal) : undefined,
    by.source.review?.(),
  ])
  const isRunning =
    running !== undefined && 'value' in running && running.value.some(({ state }) => state === 'running')
  const planned = async (): Promise<Plan> => {
    const site = {
      source: by.source,
      registry: by.registry,
      host: { ...host.target, swarm: { cluster, stack } },
    }
    const seen = await observeStack(site, desired, { signal, isDryRun: true, clock })
    return makeStackPlan(seen.observation, desired, input.config.services)
  }
  const isPlannable =
    isManager &&
    images.every(({ answer }) => 'value' in answer) &&
    (review === undefined || describeObstacles(review, host.name) === undefined)
  const plan = isPlannable ? await settle(planned(), signal) : undefined
  const given = [...observation.envFile.variables, ...desired.givenVariables]
  return {
    lackingVariables: (source?.expectedVariables ?? []).filter((name) => !given.includes(name)),
    images: plan === undefined ? images : await examinePulls(images, plan, by),
    registries,
    url: await examineUrl(host, { guess: undefined, observation, isRunning }, by),
    plan,
    swarm: { nodes, missing, ...access },
  }
}

/** The nodes pull with a token of the registry's token service: a registry without one fails here, and not in a deploy. */
async function examinePulls(
  images: readonly ImageObservation[],
  plan: Answer<Plan>,
  { pullToken, context: { signal } }: ExaminedWith,
): Promise<ImageObservation[]> {
  const steps = 'value' in plan ? plan.value.steps : []
  return Promise.all(
    images.map(async (image) => {
      const pull = steps.find(
        (step) =>
          step.kind === 'pull-on-nodes' && step.services.some((name) => image.services.includes(name)),
      )
      if (pull?.kind !== 'pull-on-nodes' || pull.isKnown === true) return image
      const token = await settle(pullToken(parseImageReference(pull.name), signal), signal)
      return 'failure' in token ? { ...image, answer: token } : image
    }),
  )
}
