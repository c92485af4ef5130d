import { renderBytes } from '../../../shared/bytes.ts'
import { usedPercent } from '../../model/file-system.ts'
import { planDiskSpace } from '../disk/plan-disk-space.ts'
import { computePullBytes } from '../disk/pull-bytes.ts'
import { findMissingLayers } from '../disk/shared-layers.ts'
import type { ImageLayer } from '../../model/image-layer.ts'
import { keepTag, pinnedName } from '../../model/image-reference.ts'
import type { DesiredRelease } from '../../model/observation.ts'
import { resolvedInactive } from '../observe/observe-inactive.ts'
import type { HostPlan, NewStep } from '../plan-host.ts'
import { tasksOf } from './plan-start.ts'
import type { ResolvedImage } from '../../model/ports.ts'

/** How the images of a release get to one host. */
export type Arrival = {
  /** Steps that protect existing images and free disk space for the others. */
  before: readonly NewStep[]
  pulls: readonly NewStep[]
  /** Warnings about disk space. */
  warnings: readonly string[]
}

/** Plans the missing images of a host, and disk space for them. Throws what planDiskSpace throws. */
export function planArrival(host: HostPlan, desired: DesiredRelease): Arrival {
  const { observation } = host
  const wanted = findWantedImages(host, desired)
  // A new release is always pulled, since the image there may be for another platform. An archived release ran here, so
  // its image is complete and the registry is not needed. It is tagged before untagged images are pruned.
  const tagged = desired.restores === undefined ? [] : wanted.filter(({ isThere }) => isThere)
  const pulled = wanted.filter((it) => !tagged.includes(it))
  const keep = tagged.map((image) => makeKeepStep(image, observation.host))
  if (pulled.length === 0) return { before: keep, pulls: [], warnings: warnOfFullDisk(host, desired) }
  const { images, disk } = observation
  const resolved = pulled.map((image) => image.resolved)
  const room = planDiskSpace(observation, desired, computePullBytes({ ...disk, images, resolved }))
  const prune = makePruneStep(host)
  // The prune step has removed the untagged images by then.
  const steps = room.steps.filter(
    (step) => prune.length === 0 || step.kind !== 'free-disk' || step.stage !== 'dangling-images',
  )
  return {
    before: [...keep, ...prune, ...steps],
    pulls: planPulls(pulled, observation, desired.restores),
    warnings: room.steps.length + room.warnings.length > 0 ? room.warnings : warnOfFullDisk(host, desired),
  }
}

/** A disk above the limit where nothing is freed, such as when no layer is missing. */
function warnOfFullDisk({ observation }: HostPlan, { disk: rules, environment }: DesiredRelease): string[] {
  return observation.disk.fileSystems
    .filter((disk) => usedPercent(disk) > rules.limitPercent)
    .map(
      (disk) =>
        `${disk.mount} on ${observation.host}, for ${disk.holds.join(' and ')}, is ${usedPercent(disk)} % full: ${renderBytes(disk.availableBytes)} is free. \`dray disk ${environment}\` shows what uses the space.`,
    )
}

type WantedImage = {
  name: string
  services: readonly string[]
  resolved: ResolvedImage
  keepTag: string
  isThere: boolean
}

/** Images of the release that lack dray's tag on the host; that of an inactive service if a task uses it. */
function findWantedImages(host: HostPlan, desired: DesiredRelease): WantedImage[] {
  const { observation, decisions } = host
  const wanted = new Map<string, string[]>()
  const resolvedOf = new Map([...observation.resolved, ...resolvedInactive(observation.inactive)])
  const want = (image: string, service: string): void =>
    void wanted.set(image, [...(wanted.get(image) ?? []), service])
  for (const { image, service } of decisions) if (image.includes('@')) want(image, service.name)
  for (const { service } of (['before', 'after'] as const).flatMap((when) => tasksOf(host, desired, when))) {
    const resolved = resolvedOf.get(service)
    const image = resolved && pinnedName(resolved.reference, resolved.digest)
    if (image !== undefined && wanted.get(image)?.includes(service) !== true) want(image, service)
  }
  return [...wanted].flatMap(([name, services]) => {
    const resolved = resolvedOf.get(services[0] ?? '')
    if (resolved === undefined) return []
    const tag = keepTag(resolved.reference, resolved.digest, observation.directory.app.project)
    const there = observation.images.find((image) => image.digests.includes(name))
    if (there?.tags.includes(tag) === true) return []
    return [{ name, services, resolved, keepTag: tag, isThere: there !== undefined }]
  })
}

function makeKeepStep({ name, keepTag: tag, services }: WantedImage, host: string): NewStep {
  return { kind: 'keep-image', host, cause: 'its dray tag is missing', name, keepTag: tag, services }
}

function makePruneStep({ observation }: HostPlan): NewStep[] {
  if (!observation.images.some((image) => image.tags.length === 0)) return []
  return [{ kind: 'prune-dangling', host: observation.host, cause: 'frees disk space before the pull' }]
}

/** A layer that several images have is pulled once. */
function planPulls(
  images: readonly WantedImage[],
  { host, layersThere }: HostPlan['observation'],
  restores: DesiredRelease['restores'],
): NewStep[] {
  const pulled = new Set<string>()
  return images.map((image) => {
    const missing = image.isThere ? [] : findMissingLayers(image.resolved, layersThere)
    const missingBytes = sizeOf(missing.filter(({ digest }) => !pulled.has(digest)))
    for (const { digest } of missing) pulled.add(digest)
    const step = makePullStep(image, host, restores)
    return missingBytes < step.sizeBytes ? { ...step, missingBytes } : step
  })
}

function sizeOf(layers: readonly ImageLayer[]): number {
  return layers.reduce((sum, layer) => sum + layer.sizeBytes, 0)
}

function makePullStep(
  image: WantedImage,
  host: string,
  restores: DesiredRelease['restores'],
): NewStep & { kind: 'pull-image' } {
  const { name, services, resolved, isThere } = image
  return {
    kind: 'pull-image',
    host,
    cause: pullCause(isThere, restores),
    name,
    keepTag: image.keepTag,
    tag: resolved.reference.tag,
    sizeBytes: isThere ? 0 : sizeOf(resolved.layers),
    services,
  }
}

function pullCause(isThere: boolean, restores: DesiredRelease['restores']): string {
  if (isThere) return 'on the host, but without a dray tag'
  return restores === undefined ? 'not on the host' : `no longer on the host, and ${restores.id} needs it`
}
