import { renderTimeAgo } from '../../../shared/time-ago.ts'
import type { ServiceImages } from '../../model/cluster.ts'
import { defaultDiskRules, imageGraceMs } from '../../model/disk/disk-rules.ts'
import { cleanupStages, type DiskThing, type NeededThere } from '../../model/disk/disk-thing.ts'
import type { DiskInventory, StoredContainer, StoredImage } from '../../model/disk/inventory.ts'
import { renderImageReference, tryParseImageReference } from '../../model/image-reference.ts'
import { judgeDisk } from './judge-disk.ts'

/** What a swarm needs on each of its nodes: a task of any service may be started there at any time. */
export type NeededInSwarm = NeededThere & {
  /** Every image of the app that is known, `repo@sha256:…`: of its releases, and of its last deploys. */
  known: ReadonlySet<string>
  services: readonly ServiceImages[]
  /** Stacks whose archived releases are in `images`, without that of the app. */
  knownStacks: ReadonlySet<string>
}

/**
 * Decides for everything on a node of a swarm whether it may be removed: less than on a server with Compose. Only images of the app's
 * own repositories go, which no archived release and no service of the swarm has; ended containers of its stack, after a day; build
 * cache; and images without a name. An image that only the archived release of another stack needs has no mark on a node: so one
 * of a repository that a stack with unknown releases runs as well stays. Pure.
 */
export function judgeNode(inventory: DiskInventory, needed: NeededInSwarm): DiskThing[] {
  const containers = new Map(inventory.containers.map((it) => [it.id, it]))
  const own = new Set([...needed.known].map(repositoryOf))
  const things = judgeDisk(withoutOwnPulls(inventory, needed), needed, defaultDiskRules).map(
    (it): DiskThing => {
      const thing = asImage(it)
      if (!thing.mayGo) return thing
      const reason = whyItStays(thing, containers.get(thing.id), { inventory, needed, own })
      return reason === undefined ? thing : { ...thing, mayGo: false, reason }
    },
  )
  return cleanupStages.flatMap((stage) => things.filter((thing) => thing.stage === stage))
}

/** An image of the app without a tag was pulled by a deploy of it: containerd's store calls its digest a tag, which would keep it an hour. */
function withoutOwnPulls(inventory: DiskInventory, { known }: NeededInSwarm): DiskInventory {
  const isOwn = ({ tags, digests }: StoredImage): boolean =>
    tags.every((tag) => tag.includes('@')) && [...tags, ...digests].some((name) => known.has(name))
  const images = inventory.images.map((image) => (isOwn(image) ? { ...image, touchedAtMs: 0 } : image))
  return { ...inventory, images }
}

/** Swarm pulls by digest: an image without a tag is dangling only if it has no digest either. */
function asImage(thing: DiskThing): DiskThing {
  if (thing.names.length === 0 || !['dangling-images', 'images'].includes(thing.stage)) return thing
  const reason = thing.mayGo ? 'no archived release and no service has it' : thing.reason
  return { ...thing, stage: 'images', reason }
}

/** `own`: the repositories of the app. */
type Judging = { inventory: DiskInventory; needed: NeededInSwarm; own: ReadonlySet<string> }

function whyItStays(
  thing: DiskThing,
  container: StoredContainer | undefined,
  judging: Judging,
): string | undefined {
  const { project } = judging.needed
  switch (thing.stage) {
    case 'build-cache':
      return undefined
    case 'dangling-images':
    case 'images':
      return whyImageStays(thing, judging)
    case 'containers':
      return container?.isOfStack === true && container.project === project
        ? undefined
        : `not a container of stack ${project}`
    case 'networks':
    case 'volumes':
      return 'a service may need it on this node'
  }
}

function whyImageStays({ id, names }: DiskThing, { inventory, needed, own }: Judging): string | undefined {
  const { project, known, services, knownStacks } = needed
  if (names.length === 0) return undefined
  if (!names.every((name) => own.has(repositoryOf(name)))) return `not an image of stack ${project}`
  const keys = new Set([id, ...names.flatMap(keysOf)])
  const user = services.find(({ images }) => images.some((image) => keysOf(image).some((it) => keys.has(it))))
  if (user !== undefined) return `service ${user.service} may start it here`
  const repositories = new Set(names.map(repositoryOf))
  const sharers = services.filter(
    ({ stack, images }) => stack !== project && images.some((image) => repositories.has(repositoryOf(image))),
  )
  const sharing = sharers.find(({ stack }) => stack === undefined || !knownStacks.has(stack))
  if (sharing !== undefined)
    return `${sharing.stack === undefined ? `service ${sharing.service}` : `stack ${sharing.stack}`} runs this repository too, and may need it for a rollback`
  // A deploy of another environment may have pulled what this one had long ago.
  if (sharers.length === 0 && names.some((name) => known.has(name))) return undefined
  const touchedAtMs = inventory.images.find((image) => image.id === id)?.touchedAtMs ?? 0
  const ageMs = inventory.takenAtMs - touchedAtMs
  return ageMs < imageGraceMs ? `pulled, built or tagged ${renderTimeAgo(ageMs)}` : undefined
}

/** `docker.io/library/nginx` of any name of an image there. A text that is no reference is a repository of its own. */
function repositoryOf(name: string): string {
  const reference = tryParseImageReference(name)
  return reference === undefined ? name : `${reference.registry}/${reference.repository}`
}

/** What two names of the same image have in common: the digest, and else the tag, which is `latest` by default. */
function keysOf(name: string): string[] {
  const reference = tryParseImageReference(name)
  if (reference === undefined) return [name]
  const { digest, tag = 'latest', ...repository } = reference
  return digest === undefined ? [renderImageReference({ ...repository, tag })] : [digest]
}
