import { renderTimeAgo } from '../../shared/time-ago.ts'
import { keepTagOwner, keepTagProject } from '../model/image-reference.ts'
import { imageGraceMs } from '../model/disk-rules.ts'
import type { DiskInventory, StoredImage } from '../model/inventory.ts'
import { appOf, type DiskThing, type NeededThere, type Owner } from '../model/disk-thing.ts'

type Judging = { inventory: DiskInventory; needed: NeededThere }

/**
 * Whether an image may go. It stays while a container of anybody has it, running or not, while a kept release of any app
 * needs it, which shows by the release's record or by a keep tag, and for an hour after somebody touched it. What has no name,
 * or only our own, nobody but a deploy of this app brought here.
 */
export function judgeImage(image: StoredImage, judging: Judging): DiskThing {
  const staying = whyImageStays(image, judging)
  return {
    stage: image.tags.length === 0 ? 'dangling-images' : 'images',
    id: image.id,
    name: nameOf(image, judging.needed.project),
    sizeBytes: image.ownBytes,
    mayGo: staying === undefined,
    why: staying?.why ?? whyImageGoes(image, judging.needed),
    owner: staying?.owner,
    names: [...image.tags, ...image.digests],
  }
}

function whyImageStays(
  image: StoredImage,
  { inventory, needed }: Judging,
): { why: string; owner: Owner | undefined } | undefined {
  const label = image.digests.map((name) => needed.images.get(name)).find((it) => it !== undefined)
  if (label !== undefined) return { why: label, owner: { kind: 'release', label } }
  const user = inventory.containers.find(({ imageId }) => imageId === image.id)
  if (user !== undefined) return { why: `container ${user.name} has it`, owner: appOf(user) }
  const otherTag = image.tags.find((tag) => keepTagOwner(tag, needed.project) === 'others')
  const project = otherTag && keepTagProject(otherTag)
  if (project !== undefined) return { why: `kept for another app (${project})`, owner: appOf({ project }) }
  if (isOursAlone(image, needed)) return undefined
  const ageMs = inventory.takenAtMs - image.touchedAtMs
  if (ageMs >= imageGraceMs) return undefined
  return { why: `pulled, built or tagged ${renderTimeAgo(ageMs)}`, owner: undefined }
}

/** With containerd's store an Engine lists `repo@sha256:…` among the tags of what was pulled by that. */
function isOursAlone({ tags }: StoredImage, { project }: NeededThere): boolean {
  const given = tags.filter((tag) => !tag.includes('@'))
  if (given.length === 0) return tags.length === 0
  return given.every((tag) => keepTagOwner(tag, project) === 'ours')
}

function whyImageGoes({ tags }: StoredImage, { project }: NeededThere): string {
  if (tags.length === 0) return 'it has no name any more'
  return tags.some((tag) => keepTagOwner(tag, project) === 'ours')
    ? 'no kept release needs it any more'
    : 'no container and no kept release needs it'
}

/** A tag that people gave, else one of ours, else the repository with a short digest, else a short id. */
function nameOf({ id, tags, digests }: StoredImage, project: string): string {
  const real = tags.filter((tag) => !tag.includes('@'))
  const given =
    real.find((tag) => keepTagProject(tag) === undefined) ??
    real.find((tag) => keepTagOwner(tag, project) === 'ours') ??
    real[0]
  return given ?? digests[0]?.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1') ?? id.slice(0, 19)
}
