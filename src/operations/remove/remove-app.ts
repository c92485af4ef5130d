import { forwardOwner } from '../../deploy/model/port-forwarder.ts'
import { findLeft, planRemoval, type RemovalFacts } from './plan-removal.ts'
import { refuseLeft, refuseUnwritable, removalIncomplete } from './removal-failures.ts'
import type { RemovalHost } from './removal-host.ts'
import type { GoingThing, RemovalPlan, RemovalWish } from './removal-plan.ts'

type Removed = RemovalFacts['release']

/** A removal from one host: what was planned, for the release that is deployed there. */
export type PlannedRemoval = { host: RemovalHost; release: Removed; plan: RemovalPlan }

/** Plans the removal of a release, or of what a deploy left that recorded none, from a host. Changes nothing. Throws PATH_NOT_WRITABLE, and what the Engine throws. */
export async function planRemovalOn(
  host: RemovalHost,
  { release, wish, signal }: { release: Removed; wish: RemovalWish; signal: AbortSignal },
): Promise<PlannedRemoval> {
  const [facts, externals] = await Promise.all([
    read(host, release, signal),
    'isUnrecorded' in release ? undefined : host.readExternals(release),
  ])
  const { name, isSource, directory } = host
  const plan = planRemoval({ host: name, path: directory.path, release, isSource, ...facts, externals }, wish)
  refuseUnwritable(plan, facts.survey.unwritable)
  return { host, release, plan }
}

/**
 * Carries out a planned removal, under the app's lock. Files and records go last, after everything else was seen to be gone, so that
 * the same command can finish a removal that was interrupted. Returns what is in the directory afterwards. `stop` aborts it between
 * two kinds of things. Throws REMOVAL_INCOMPLETE.
 */
export async function removeApp(
  { host, release, plan }: PlannedRemoval,
  stop: AbortSignal,
): Promise<{ entries: readonly string[] }> {
  const { engine, directory } = host
  const of = (kind: GoingThing['kind']): string[] =>
    plan.going.filter((it) => it.kind === kind).flatMap(({ ids }) => ids)
  try {
    await Promise.all(of('container').map((id) => engine.stop(id)))
    stop.throwIfAborted()
    const anonymousVolumes = of('volume').length > 0
    await Promise.all(of('container').map((id) => engine.remove(id, { force: true, anonymousVolumes })))
    await endForwards(host, release)
    stop.throwIfAborted()
    await Promise.all(of('network').map((id) => engine.disk.removeNetwork(id)))
    await Promise.all(of('volume').map((name) => engine.disk.removeVolume(name)))
    for (const name of of('image')) await engine.removeImage(name)
    stop.throwIfAborted()
    const isFile = ({ kind }: GoingThing): boolean => kind === 'file' || kind === 'records'
    const before = await read(host, release, stop)
    refuseLeft(findLeft(plan, before).filter((it) => !isFile(it)))
    await directory.remove(plan.going.filter(({ kind }) => kind === 'file').map(({ name }) => name))
    const survey = await directory.survey(Object.keys(release.files))
    refuseLeft(findLeft(plan, { ...before, survey }))
    return { entries: survey.entries }
  } catch (error) {
    throw removalIncomplete(error, host.name)
  }
}

async function read({ engine, directory }: RemovalHost, release: Removed, signal: AbortSignal) {
  const [inventory, survey] = await Promise.all([
    engine.disk.inventory(signal),
    directory.survey(Object.keys(release.files)),
  ])
  return { inventory, survey }
}

/** Ports that an interrupted deploy still forwards. */
async function endForwards({ forwarder }: RemovalHost, { project, services }: Removed): Promise<void> {
  if ((await forwarder.findObstacle()) !== undefined) return
  for (const service of Object.keys(services)) await forwarder.clear(forwardOwner(project, service))
}
