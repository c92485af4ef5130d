import { keepTagOwner } from '../../deploy/model/image-reference.ts'
import type { DiskInventory, StoredContainer } from '../../deploy/model/disk/inventory.ts'
import type { Release } from '../../deploy/model/release.ts'
import type { External } from '../../deploy/model/surroundings.ts'
import { goingOf, judgeDirectory, stayingOf, type Judged } from './judge-directory.ts'
import type { DirectorySurvey } from './removal-host.ts'
import type { GoingThing, RemovalPlan, RemovalWish, StayingThing } from './removal-plan.ts'
import type { UnrecordedDeploy } from './unrecorded-deploy.ts'

export type RemovalFacts = {
  host: string
  path: string
  /** The current release; without one, the last deploy that failed or was interrupted. */
  release: Release | UnrecordedDeploy
  inventory: DiskInventory
  survey: DirectorySurvey
  externals: readonly External[] | undefined
  /** The directory is that of the app's files on this machine. */
  isSource: boolean
}

/** Decides what a removal takes. Pure. */
export function planRemoval(facts: RemovalFacts, wish: RemovalWish): RemovalPlan {
  const { host, path, release, survey, isSource } = facts
  const owners = splitContainers(facts)
  const judged: Judged[] = [
    ...owners.ours.map(({ id, name }): Judged => ({ kind: 'container', name, ids: [id] })),
    ...judgeNetworks(facts, owners),
    ...judgeVolumes(facts, owners, wish),
    ...judgeImages(facts, owners),
    ...judgeDirectory({ files: release.files, survey, isSource }, wish),
  ]
  return {
    host,
    path,
    going: goingOf(judged),
    staying: [
      ...owners.namesakes.map(({ name, directory }): StayingThing => ({
        kind: 'container',
        name,
        reason: `of the same Compose project ${release.project}, ${directory === undefined ? 'not started by Compose' : directory === path ? 'not started by dray' : `from ${directory}`}`,
      })),
      ...stayingOf(judged, survey),
    ],
  }
}

/** Which things of a plan are still on the host. */
export function findLeft(
  plan: RemovalPlan,
  { inventory, survey }: Pick<RemovalFacts, 'inventory' | 'survey'>,
): GoingThing[] {
  const there = new Set([
    ...inventory.containers.map(({ id }) => id),
    ...inventory.networks.map(({ id }) => id),
    ...inventory.volumes.map(({ name }) => name),
    ...inventory.images.flatMap(({ tags, digests }) => [...tags, ...digests]),
  ])
  const files = new Set([...survey.hashes.keys(), ...survey.envFiles])
  return plan.going.filter(({ kind, name, ids }) => {
    if (kind === 'records') return survey.hasRecords
    return kind === 'file' ? files.has(name) : ids.some((id) => there.has(id))
  })
}

type Owners = {
  ours: readonly StoredContainer[]
  others: readonly StoredContainer[]
  /** Others with the Compose project of the app, from another directory. */
  namesakes: readonly StoredContainer[]
}

/** Compose identifies containers by project, not by directory; both must be the app's, as for a deploy. */
function splitContainers({ release, inventory, survey }: RemovalFacts): Owners {
  const { project } = release
  const isOurs = (it: StoredContainer): boolean =>
    it.project === project &&
    // Without a release, the app may still be one that a user started.
    (it.isPinned || !('isUnrecorded' in release)) &&
    it.directory !== undefined &&
    !survey.otherDirectories.some((other) => other.project === project && other.path === it.directory)
  const others = inventory.containers.filter((it) => !isOurs(it))
  return {
    ours: inventory.containers.filter(isOurs),
    others,
    namesakes: others.filter((it) => isOfProject(it, release)),
  }
}

/** A stack of the same name is another app. */
function isOfProject(
  { project, isOfStack }: Pick<StoredContainer, 'project' | 'isOfStack'>,
  release: RemovalFacts['release'],
): boolean {
  return project === release.project && isOfStack !== true
}

/** Why a thing of the project stays, if it does: others use it, or its name does not show which directory it belongs to. */
function whyShared(
  { others, namesakes }: Owners,
  uses: (it: StoredContainer) => boolean,
): string | undefined {
  const user = others.find(uses)
  if (user !== undefined) return `used by container ${user.name}`
  const [namesake] = namesakes
  return namesake === undefined ? undefined : `container ${namesake.name} has the same Compose project`
}

function judgeNetworks({ release, inventory, externals = [] }: RemovalFacts, owners: Owners): Judged[] {
  return inventory.networks
    .filter((it) => isOfProject(it, release))
    .filter(({ name }) => !externals.some((it) => it.kind === 'network' && it.name === name))
    .map(({ id, name }) => ({
      kind: 'network',
      name,
      ids: [id],
      stays: whyShared(owners, ({ networks }) => networks.includes(name)),
    }))
}

function judgeVolumes(
  { release, inventory, externals }: RemovalFacts,
  owners: Owners,
  wish: RemovalWish,
): Judged[] {
  const used = new Set(owners.ours.flatMap(({ volumes }) => volumes))
  const why = (name: string): string | undefined => {
    if (externals?.some((it) => it.kind === 'volume' && it.name === name)) return 'external'
    if (!wish.volumes) return 'removed only with --volumes'
    const shared = whyShared(owners, ({ volumes }) => volumes.includes(name))
    return shared ?? (externals === undefined ? 'Compose cannot read whether it is external' : undefined)
  }
  return inventory.volumes
    .filter((it) => isOfProject(it, release) || (it.isAnonymous && used.has(it.name)))
    .map(({ name }) => ({ kind: 'volume', name, ids: [name], stays: why(name) }))
}

/** An image loses the tag of the app's releases. Without another tag it is removed, unless another container uses it. */
function judgeImages({ release, inventory }: RemovalFacts, owners: Owners): Judged[] {
  return inventory.images.flatMap(({ id, tags, digests }): Judged[] => {
    // With containerd's store the Engine also lists `repo@sha256:…` among the tags.
    const given = tags.filter((tag) => !tag.includes('@'))
    const kept = given.filter((tag) => keepTagOwner(tag, release.project) === 'ours')
    const [name] = kept
    if (name === undefined) return []
    const isAlone = kept.length === given.length
    const ids = isAlone ? [...new Set([...tags, ...digests])] : kept
    return [
      { kind: 'image', name, ids, stays: whyShared(owners, ({ imageId }) => isAlone && imageId === id) },
    ]
  })
}
