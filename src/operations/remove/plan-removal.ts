import { keepTagOwner } from '../../deploy/model/image-reference.ts'
import type { DiskInventory, StoredContainer } from '../../deploy/model/disk/inventory.ts'
import type { Release } from '../../deploy/model/release.ts'
import type { External } from '../../deploy/model/surroundings.ts'
import type { UnrecordedDeploy } from './unrecorded-deploy.ts'
import type { DirectorySurvey } from './removal-host.ts'

/** Something that a removal takes from a host. */
export type GoingThing = {
  kind: 'container' | 'network' | 'volume' | 'image' | 'file' | 'records'
  /** For a file, its path in the app's directory. */
  name: string
  /** What the Engine knows it by: its id, and for an image the names to remove. */
  ids: readonly string[]
}

/** Something of the app, or near it, that a removal leaves. */
export type StayingThing = {
  kind: 'container' | 'network' | 'volume' | 'image' | 'file'
  name: string
  reason: string
}

/** What a removal takes from a host, and what it leaves there. */
export type RemovalPlan = {
  host: string
  /** The app's directory. */
  path: string
  going: readonly GoingThing[]
  staying: readonly StayingThing[]
}

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

export type RemovalWish = { volumes: boolean; env: boolean }

type Judged = GoingThing & { stays?: string | undefined }

/** Decides what a removal takes. Pure. */
export function planRemoval(facts: RemovalFacts, wish: RemovalWish): RemovalPlan {
  const { host, path, release, survey } = facts
  const owners = splitContainers(facts)
  const records: GoingThing[] = survey.hasRecords ? [{ kind: 'records', name: '.dray', ids: [] }] : []
  const judged: Judged[] = [
    ...owners.ours.map(({ id, name }): Judged => ({ kind: 'container', name, ids: [id] })),
    ...judgeNetworks(facts, owners),
    ...judgeVolumes(facts, owners, wish),
    ...judgeImages(facts, owners),
    ...Object.entries(release.files).flatMap(([file, hash]) => judgeFile(file, hash, facts)),
    ...survey.envFiles.map((name): Judged => ({
      ...fileOf(name),
      ...(wish.env ? {} : { stays: 'removed only with --env' }),
    })),
    ...records,
  ]
  return {
    host,
    path,
    going: judged.flatMap(({ stays, ...it }) => (stays === undefined ? [it] : [])),
    staying: [
      ...owners.namesakes.map(({ name, directory }): StayingThing => ({
        kind: 'container',
        name,
        reason: `of the same Compose project ${release.project}, ${directory === undefined ? 'not started by Compose' : directory === path ? 'not started by dray' : `from ${directory}`}`,
      })),
      ...judged.flatMap(({ kind, name, stays }): StayingThing[] =>
        stays === undefined || kind === 'records' ? [] : [{ kind, name, reason: stays }],
      ),
      ...(survey.hasAdopted
        ? [
            {
              kind: 'file' as const,
              name: '.dray/adopted',
              reason: 'copies of your files that dray replaced',
            },
          ]
        : []),
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
    namesakes: others.filter((it) => it.project === project),
  }
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
    .filter(({ project }) => project === release.project)
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
    .filter(
      ({ name, project, isAnonymous }) => project === release.project || (isAnonymous && used.has(name)),
    )
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

function judgeFile(file: string, hash: string, { survey, isSource }: RemovalFacts): Judged[] {
  const found = survey.hashes.get(file)
  if (found === undefined) return []
  const why = (): string | undefined => {
    if (survey.outside.includes(file.replace(/[^/]*$/, ''))) return 'a link leads out of the directory'
    if (found !== hash) return 'changed by hand'
    if ((isSource || survey.isCheckout) && !survey.written.includes(file))
      return 'this is also the directory of the source'
    return undefined
  }
  return [{ ...fileOf(file), stays: why() }]
}

function fileOf(name: string): GoingThing {
  return { kind: 'file', name, ids: [] }
}
