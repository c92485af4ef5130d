import { toDrayError } from '../../deploy/execute/failure.ts'
import { forwardOwner } from '../../deploy/model/port-forwarder.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import {
  findLeft,
  planRemoval,
  type GoingThing,
  type RemovalFacts,
  type RemovalPlan,
  type RemovalWish,
} from './plan-removal.ts'
import type { RemovalHost } from './removal-host.ts'

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
    const { message, exitCode, details } = toDrayError(error)
    throw new DrayError(
      'REMOVAL_INCOMPLETE',
      `The app was only partly removed from ${host.name}: ${message}`,
      {
        ...(exitCode === EXIT.cancelled ? { exitCode } : {}),
        details,
        cause: error,
      },
    )
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

function refuseUnwritable({ host, path, going }: RemovalPlan, unwritable: readonly string[]): void {
  const needed = new Set(
    going.flatMap(({ kind, name }) => (kind === 'file' ? [`./${name.replace(/[^/]*$/, '')}`] : [])),
  )
  const found = unwritable.filter((it) => needed.has(it) || it.startsWith('./.dray/'))
  if (found.length === 0) return
  throw new DrayError(
    'PATH_NOT_WRITABLE',
    `${path} on ${host} has directories that dray's user cannot write.`,
    {
      details: { problems: found },
    },
  )
}

function refuseLeft(left: readonly GoingThing[]): void {
  if (left.length === 0) return
  const problems = left.map(({ kind, name }) => `${kind} ${name}`)
  throw new DrayError('REMOVAL_INCOMPLETE', 'some things are still there.', { details: { problems } })
}
