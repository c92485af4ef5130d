import { renderTimeAgo } from '../../../shared/time-ago.ts'
import { keepTagOwner, keepTagProject } from '../../model/image-reference.ts'
import { imageGraceMs } from '../../model/disk/disk-rules.ts'
import type { DiskInventory, StoredImage } from '../../model/disk/inventory.ts'
import { appOf, type DiskThing, type NeededThere, type Owner } from '../../model/disk/disk-thing.ts'

type Judging = { inventory: DiskInventory; needed: NeededThere }

/**
 * Decides whether an image may be removed. It stays if any container uses it, running or not; if an archived release of any
 * app needs it, known by its record or a keep tag; and for an hour after it was pulled, built or tagged. That hour does not
 * apply to an image without a tag, or with only this app's keep tags: only a deploy of this app leaves those.
 */
export function judgeImage(image: StoredImage, judging: Judging): DiskThing {
  const staying = whyImageStays(image, judging)
  return {
    stage: image.tags.length === 0 ? 'dangling-images' : 'images',
    id: image.id,
    name: nameOf(image, judging.needed.project),
    sizeBytes: image.ownBytes,
    mayGo: staying === undefined,
    reason: staying?.reason ?? whyImageGoes(image, judging.needed),
    owner: staying?.owner,
    names: [...image.tags, ...image.digests],
  }
}

function whyImageStays(
  image: StoredImage,
  { inventory, needed }: Judging,
): { reason: string; owner: Owner | undefined } | undefined {
  const label = image.digests.map((name) => needed.images.get(name)).find((it) => it !== undefined)
  if (label !== undefined) return { reason: label, owner: { kind: 'release', label } }
  const user = inventory.containers.find(({ imageId }) => imageId === image.id)
  if (user !== undefined) return { reason: `used by container ${user.name}`, owner: appOf(user) }
  const otherTag = image.tags.find((tag) => keepTagOwner(tag, needed.project) === 'others')
  const project = otherTag && keepTagProject(otherTag)
  if (project !== undefined)
    return { reason: `needed by another app (${project})`, owner: appOf({ project }) }
  if (isOursAlone(image, needed)) return undefined
  const ageMs = inventory.takenAtMs - image.touchedAtMs
  if (ageMs >= imageGraceMs) return undefined
  return { reason: `pulled, built or tagged ${renderTimeAgo(ageMs)}`, owner: undefined }
}

/** With containerd's store the Engine also lists `repo@sha256:…` among the tags of an image pulled by digest. */
function isOursAlone({ tags }: StoredImage, { project }: NeededThere): boolean {
  const given = tags.filter((tag) => !tag.includes('@'))
  if (given.length === 0) return tags.length === 0
  return given.every((tag) => keepTagOwner(tag, project) === 'ours')
}

function whyImageGoes({ tags }: StoredImage, { project }: NeededThere): string {
  if (tags.length === 0) return 'no longer tagged'
  return tags.some((tag) => keepTagOwner(tag, project) === 'ours')
    ? 'no longer needed by an archived release'
    : 'not used by a container or an archived release'
}

/** A tag given by a user, else one of dray's, else the repository with a short digest, else a short id. */
function nameOf({ id, tags, digests }: StoredImage, project: string): string {
  const real = tags.filter((tag) => !tag.includes('@'))
  const given =
    real.find((tag) => keepTagProject(tag) === undefined) ??
    real.find((tag) => keepTagOwner(tag, project) === 'ours') ??
    real[0]
  return given ?? digests[0]?.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1') ?? id.slice(0, 19)
}
