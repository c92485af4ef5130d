import { DrayError } from '../../errors/dray-error.ts'
import { freshContainers, type Execution, type HostRun } from './execution.ts'
import { newestRelease } from '../model/release.ts'
import type { StepOf } from '../model/plan.ts'
import { switchNginx } from './switch-nginx.ts'

export type Undone = {
  undone: readonly string[]
  notUndone: readonly string[]
  /** One sentence: what is serving now. */
  serving: string
  /** The release that is serving now; undefined if it is not a release of dray's or is unknown. */
  servingRelease: string | undefined
}

/** Health checks of a restarted old container: about half a minute. */
const RESTART_CHECKS = { most: 150, pauseMs: 200 }

/**
 * Undoes what a deploy that failed with `reason` did on all its hosts, so that the previous release serves again: first the
 * files, then recreated services, then traffic, and last the new containers. If a host fails, the undo stops there and
 * `failure` is UNDO_FAILED.
 */
export async function undoDeploy(
  execution: Execution,
  reason: DrayError,
): Promise<Undone & { failure?: DrayError }> {
  const undone: string[] = []
  const notUndone: string[] = []
  const failed: { host: string; error: unknown }[] = []
  for (const run of execution.hosts.values()) {
    await undoHost(run, execution, undone).catch((error: unknown) => {
      failed.push({ host: run.host.name, error })
    })
    notUndone.push(...run.done.tasks.map((task) => `task ${task} has run`))
  }
  if (failed.length === 0) return { undone, notUndone, ...servingBefore(execution) }
  return { undone, notUndone, ...servingUnknown(failed), failure: undoFailed(reason, failed) }
}

function undoFailed(reason: DrayError, failed: readonly { host: string; error: unknown }[]): DrayError {
  const why = failed.map(
    ({ host, error }) => `on ${host}: ${error instanceof Error ? error.message : String(error)}`,
  )
  return new DrayError('UNDO_FAILED', `${reason.message} Undoing the deploy also failed ${why.join('; ')}`, {
    cause: reason,
    details: reason.details,
  })
}

function servingUnknown(failed: readonly { host: string }[]): Pick<Undone, 'serving' | 'servingRelease'> {
  return {
    serving: `Check what is serving on ${failed.map(({ host }) => host).join(', ')}. The undo stopped no old container.`,
    servingRelease: undefined,
  }
}

/** Appends each undone action to `undone`. */
async function undoHost(run: HostRun, execution: Execution, undone: string[]): Promise<void> {
  if (run.done.placed) {
    await run.host.directory.restore()
    undone.push('files restored')
  }
  for (const service of run.done.recreated) {
    await recreateAsBefore(service, run)
    undone.push(`${service} recreated as before`)
  }
  if (await startStopped(run)) undone.push('old containers restarted')
  // A container that was recreated twice may have another address than the proxy has.
  const moved = run.done.switched || run.done.recreated.size > 0
  if (moved && (await switchBack(run, execution))) undone.push('traffic switched back')
  const removed = await removeFresh(run)
  if (removed.length > 0) undone.push(`${removed.join(', ')} removed`)
}

/** Starts the stopped old containers again and waits until they are healthy; false without any. */
async function startStopped({ done, host, observation }: HostRun): Promise<boolean> {
  const stopped = observation.containers.filter(
    ({ id, state }) => done.stopped.has(id) && state === 'running',
  )
  await Promise.all(
    stopped.map(async ({ id, healthCheck }) => {
      await host.engine.start(id)
      if (healthCheck === undefined) return
      const { argv, timeoutMs } = healthCheck
      await host.engine.exec(id, argv, { timeoutMs, attempts: RESTART_CHECKS })
    }),
  )
  return stopped.length > 0
}

/** Uses the image that was running, even if the files from before dray name another one. */
async function recreateAsBefore(service: string, run: HostRun): Promise<void> {
  const before = run.observation.containers.filter(
    (it) => it.service === service && !it.oneOff && it.state !== 'exited' && it.state !== 'created',
  )
  const imageName = before[0]?.imageName
  await run.host.compose.up({
    services: [{ service, scale: before.length }],
    mode: 'recreate',
    ...(imageName === undefined ? {} : { images: { [service]: imageName } }),
  })
}

/** Switches every proxy of the plan, in its order; false if it has no running proxy to switch. */
async function switchBack(run: HostRun, execution: Execution): Promise<boolean> {
  let isSwitched = false
  for (const step of execution.plan.steps) {
    if (step.kind !== 'switch-traffic' || step.host !== run.host.name) continue
    if (await switchProxyBack(step, run, execution)) isSwitched = true
  }
  return isSwitched
}

async function switchProxyBack(
  step: StepOf<'switch-traffic'>,
  run: HostRun,
  execution: Execution,
): Promise<boolean> {
  const now = await run.host.engine.containers(run.observation.directory.app.project)
  const running = now.filter(({ oneOff, state }) => !oneOff && state === 'running')
  const before = new Set(run.observation.containers.map((it) => it.id))
  const proxies = running.filter((it) => it.service === step.proxy)
  // New containers of a proxy that was rolled are about to be removed.
  const staying = proxies.filter((it) => before.has(it.id))
  const containers = running.filter((it) => step.services.includes(it.service) && before.has(it.id))
  for (const proxy of staying.length > 0 ? staying : proxies) {
    const { drained } = await switchNginx({
      engine: run.host.engine,
      proxy,
      containers: step.reloadOnly ? [] : containers,
      drainMs: execution.patience.drainMs,
    })
    await drained
  }
  return proxies.length > 0
}

async function removeFresh(run: HostRun): Promise<string[]> {
  const started = await freshContainers(run)
  const fresh = run.observation.directory.app.services
    .filter(({ name }) => !run.done.recreated.has(name))
    .flatMap(({ name }) => started.filter(({ service }) => service === name))
  await Promise.all(
    fresh.map(async (container) => {
      await run.host.engine.stop(container.id)
      await run.host.engine.remove(container.id, { force: true, anonymousVolumes: true })
    }),
  )
  return fresh.map((container) => container.name)
}

/** What is serving if nothing of the new release is. */
export function servingBefore(execution: Execution): Pick<Undone, 'serving' | 'servingRelease'> {
  const [run] = execution.hosts.values()
  const current = newestRelease(run?.observation.directory.releases ?? [])
  const running = run?.observation.containers.some((it) => it.state === 'running') ?? false
  if (!running) return { serving: 'Nothing is serving, as before.', servingRelease: undefined }
  if (current === undefined)
    return { serving: 'The containers from before the deploy are serving.', servingRelease: undefined }
  const tag = current.tag === undefined ? '' : ` (${current.tag})`
  return { serving: `Release ${current.id}${tag} is serving, as before.`, servingRelease: current.id }
}
