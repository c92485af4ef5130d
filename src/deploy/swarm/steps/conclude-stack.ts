import { DrayError } from '../../../errors/dray-error.ts'
import { askUrl } from '../../execute/ask-url.ts'
import type { StackService } from '../../model/cluster.ts'
import { describeAnswer } from '../../model/entrance.ts'
import type { StepOf } from '../../model/plan.ts'
import { RECORD_FORMAT } from '../../model/record-format.ts'
import type { Release } from '../../model/release.ts'
import { someNames } from '../../model/some-names.ts'
import { describeState } from '../describe-state.ts'
import { describeProgress, judgeService, type ServiceState } from '../judge-tasks.ts'
import { LOOK_EVERY_MS } from '../look-every.ts'
import { StackProgress } from '../stack-progress.ts'
import { removeAndAwait } from '../remove-jobs.ts'
import { removeUnused } from '../remove-unused.ts'
import { stackRequest, type StackExecution, type StackStepRunner } from '../stack-execution.ts'
import { awaitStanding, lookAt } from './await-tasks.ts'

/** Writes the changed files of the release to the app's directory on the manager. */
export const placeStackFiles: StackStepRunner<StepOf<'place-files'>> = async (step, { execution }) => {
  const changed = new Set(step.changed)
  execution.done.placed = true
  await execution.host.directory.place({
    files: execution.files.filter((file) => changed.has(file.path)),
    remove: step.removed,
    inPlace: step.inPlace,
    adopt: step.adopt,
  })
  return `${step.changed.length} written`
}

/**
 * Hands the stack to Swarm, which then updates its services. An image that was changed manually is put back: `docker stack deploy`
 * alone keeps it if its file has the image of the last time.
 */
export const updateStack: StackStepRunner<StepOf<'update-stack'>> = async (step, { execution, signal }) => {
  execution.done.updated = true
  for (const { service, image } of step.services) {
    const there = execution.observation.services.find((it) => it.service === service)
    if (there !== undefined && there.image !== image && there.stackImage === image)
      await execution.host.swarm.cluster.forgetStackImage(there.id)
  }
  await execution.host.swarm.stack.deploy({ ...stackRequest(execution, signal), orders: step.orders })
  return undefined
}

/** Checks that the app answers at its URL. Throws URL_CHECK_FAILED. */
export const checkStackUrl: StackStepRunner<StepOf<'check-url'>> = async (step, { execution, signal }) => {
  const { host, clock, patience, done } = execution
  const { answer, isGood } = await askUrl(step, {
    prober: host.prober,
    clock,
    forMs: patience.urlCheckMs,
    signal,
  })
  const said = describeAnswer(answer)
  if (!isGood) throw new DrayError('URL_CHECK_FAILED', `${step.url} ${said} with the new release.`)
  const { url, below } = step
  done.answered.set(url, { url, below })
  return said
}

/**
 * Records the release. From here on it is the current one. Its tasks must still run: tasks of the app may have taken an hour
 * since they were awaited. Throws as `awaitStanding`.
 */
export const recordStack: StackStepRunner<StepOf<'record-release'>> = async (step, context) => {
  const { execution } = context
  const awaited = execution.plan.steps.find((it) => it.kind === 'await-tasks')
  if (awaited !== undefined) await awaitStanding(awaited, context)
  const { host, observation, desired, deployer, clock, files, done } = execution
  const { directory } = observation
  const { envFile, app } = directory
  const stored = await host.swarm.cluster.services(app.project)
  await host.directory.record(
    {
      version: RECORD_FORMAT,
      id: step.release,
      app: desired.app,
      environment: desired.environment,
      project: app.project,
      ...(desired.tag === undefined ? {} : { tag: desired.tag }),
      ...(desired.commit && { commit: desired.commit }),
      ...(desired.restores === undefined ? {} : { restores: desired.restores.id }),
      ...(step.follows === undefined ? {} : { follows: step.follows }),
      createdAtMs: clock.now(),
      by: deployer,
      services: withSpecHashes(step.services, stored),
      files: Object.fromEntries(observation.files.map((file) => [file.path, file.sha256])),
      variables: envFile.variables,
      ...(envFile.valueHashes && { valueHashes: envFile.valueHashes }),
      networks: app.networks,
      ...(step.nodes && { nodes: withAllImages(step.nodes, execution) }),
    },
    {
      files,
      drop: step.dropReleases,
      ...(envFile.newHashKey && { newHashKey: envFile.newHashKey }),
    },
  )
  done.recorded = true
  return step.release
}

/** Nodes that have pulled every image: one that was lost or drained meanwhile pulls in a later deploy. */
function withAllImages(
  nodes: Readonly<Record<string, string>>,
  { plan, done }: Pick<StackExecution, 'plan' | 'done'>,
): Readonly<Record<string, string>> {
  const pulls = plan.steps.filter((it) => it.kind === 'pull-on-nodes')
  return Object.fromEntries(
    Object.entries(nodes).filter(([id]) =>
      pulls.every(({ name }) => done.pulled.get(name)?.has(id) === true),
    ),
  )
}

/** So that a later deploy finds what was changed manually. */
function withSpecHashes(services: Release['services'], stored: readonly StackService[]): Release['services'] {
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const specHash = stored.find((it) => it.service === name)?.specHash
      return [name, { ...service, ...(specHash !== undefined && { specHash }) }]
    }),
  )
}

/**
 * Removes services that the compose file no longer has. Those whose ports the release takes are removed before it, and their
 * containers waited for; an undo creates them again.
 */
export const removeServices: StackStepRunner<StepOf<'remove-services'>> = async (step, { execution }) => {
  const { cluster } = execution.host.swarm
  const stack = execution.observation.directory.app.project
  const services = await cluster.services(stack)
  const gone = services.filter(({ service }) => step.services.includes(service))
  if (step.frees === undefined) await Promise.all(gone.map(({ id }) => cluster.removeService(id)))
  else {
    execution.done.updated = true
    const running = await removeAndAwait(gone, { cluster, stack, clock: execution.clock })
    if (running.length > 0) return `${gone.length} removed, still stopping on ${someNames(running)}`
  }
  return `${gone.length} removed`
}

/**
 * Compares images, definitions and numbers of the running tasks with the plan. Tasks that do not run yet, such as those of a node that
 * was just lost, are waited for within the time limit of their service; a signal ends the wait with one more look, since the
 * release is recorded. Names the services that were down before, and still are. Throws STACK_MISMATCH for another one.
 */
export const verifyStack: StackStepRunner<StepOf<'verify-stack'>> = async (step, context) => {
  const { execution, signal, progress } = context
  const { clock } = execution
  const moved = new StackProgress({ clock, sinceMs: clock.now() })
  for (;;) {
    const isCancelled = signal.aborted
    const view = await lookAt(execution)
    const looks = step.services.map((wanted) => {
      const state = judgeService(wanted, view, wanted.isLeftDown === true ? 0 : Infinity)
      return { wanted, state, ...moved.see(state, view.nodes) }
    })
    const missing = looks.filter(({ state }) => state.state !== 'done')
    const failing = missing.filter(({ wanted }) => wanted.isLeftDown !== true)
    const failed = failing.find(
      ({ wanted, state, stillMs }) => state.state !== 'waiting' || stillMs > wanted.limitMs,
    )
    const [waiting] = failing
    if (failed !== undefined) throw mismatch(failed.state)
    if (waiting !== undefined && isCancelled) throw mismatch(waiting.state, ' The wait for it was cancelled.')
    if (waiting === undefined) {
      const down = missing.map(
        ({ state }) => `${state.service} as before: ${describeState(state, view.nodes)}`,
      )
      return down.length === 0 ? undefined : down.join('; ')
    }
    progress({ text: describeProgress(failing.map(({ state }) => state)) })
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
  }
}

function mismatch({ service, state, good, of, message }: ServiceState, more = ''): DrayError {
  const said = message === '' ? '' : ` (${message})`
  return new DrayError(
    'STACK_MISMATCH',
    `${good} of ${of} tasks of ${service} run the deployed image and definition; the service is ${state}${said}.${more}`,
  )
}

/** Removes configs and secrets that dray created and no service uses any more. */
export const cleanStack: StackStepRunner<StepOf<'clean-stack'>> = async (step, { execution }) => {
  const count = await removeUnused(execution.host.swarm.cluster, step.stack)
  return count === 0 ? 'none to remove' : `${count} removed`
}
