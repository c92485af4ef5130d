import { renderTimeAgo } from '../../shared/time-ago.ts'
import {
  newestRelease,
  originalId,
  releaseLabel,
  releaseNumber,
  type Release,
} from '../../deploy/model/release.ts'
import { someNames } from '../../deploy/model/some-names.ts'
import type { DiskThing, CleanupStage } from '../../deploy/model/disk/disk-thing.ts'
import { imageFileSystem, type FileSystem } from '../../deploy/model/file-system.ts'
import type { HostDiskObservation } from './observe-disk.ts'

/** A share of a host's disk space. */
export type DiskShare = {
  kind:
    | 'release'
    | 'shared-layers'
    | 'this-app'
    | 'other-app'
    | 'images'
    | 'reclaimable'
    | 'volumes'
    | 'container-logs'
    | 'containers'
    | 'build-cache'
    | 'everything-else'
  name: string
  /** Undefined if it could not be measured. */
  sizeBytes: number | undefined
  /** Additional information in a few words. */
  note?: string
}

export type DiskReport = {
  host: string
  fileSystems: readonly FileSystem[]
  shares: readonly DiskShare[]
  warnings: readonly string[]
}

/**
 * Use of a host's disk space, in groups that do not overlap: releases by age, other images, volumes and logs, then what can
 * be removed and what is not Docker's. `logBytes` is the size of container logs; undefined if it cannot be read. `isNode`: the host is a
 * node of a swarm, on which any service may need an image.
 */
export function reportDisk(
  observation: HostDiskObservation,
  { logBytes, isNode = false }: { logBytes: number | undefined; isNode?: boolean },
): DiskReport {
  const staying = observation.things.filter(({ mayGo }) => !mayGo)
  const all: DiskShare[] = [
    ...releaseShares(observation, staying),
    ...sharedLayers(observation),
    ...appShares(observation, staying, isNode),
    ...volumeShares(observation, staying),
    { kind: 'containers', name: 'written by containers', sizeBytes: sizeOf(staying, 'containers') },
    {
      kind: 'container-logs',
      name: 'container logs',
      sizeBytes: logBytes,
      note: logBytes === undefined ? 'only root can measure them' : undefined,
    },
    {
      kind: 'build-cache',
      name: 'build cache',
      sizeBytes: sizeOf(staying, 'build-cache'),
      note: 'a build is using it',
    },
    ...reclaimable(observation),
  ]
  const shares = all.filter(({ sizeBytes, kind }) => sizeBytes !== 0 || kind === 'release')
  return {
    host: observation.host,
    fileSystems: observation.fileSystems,
    shares: [...shares, ...everythingElse(observation, shares)],
    warnings: logWarnings(observation),
  }
}

/** Newest first. An image that several releases need counts for the newest of them. */
function releaseShares(
  { releases, inventory }: HostDiskObservation,
  staying: readonly DiskThing[],
): DiskShare[] {
  const current = newestRelease(releases)
  return [...releases]
    .sort((a, b) => releaseNumber(b.id) - releaseNumber(a.id))
    .map((release) => {
      const label = `release ${release.id}`
      const images = staying.filter(({ owner }) => owner?.kind === 'release' && owner.label === label)
      return {
        kind: 'release',
        name: nameOf(release),
        sizeBytes: sum(images),
        note: noteOn(release, { current, nowMs: inventory.takenAtMs }),
      }
    })
}

function nameOf(release: Release): string {
  const again = release.restores === undefined ? '' : `, again ${originalId(release)}`
  return `release ${releaseLabel(release.id, release.tag)}${again}`
}

function noteOn(
  release: Release,
  { current, nowMs }: { current: Release | undefined; nowMs: number },
): string {
  return release === current ? 'current' : renderTimeAgo(nowMs - release.createdAtMs)
}

function sharedLayers({ inventory }: HostDiskObservation): DiskShare[] {
  const ownBytes = inventory.images.reduce((bytes, image) => bytes + image.ownBytes, 0)
  const sharedBytes = Math.max(0, inventory.layersBytes - ownBytes)
  return [{ kind: 'shared-layers', name: 'layers shared by several images', sizeBytes: sharedBytes }]
}

/** Images of no recorded release: used by containers of this app, of other apps, or of no app. */
function appShares(
  { project }: HostDiskObservation,
  staying: readonly DiskThing[],
  isNode: boolean,
): DiskShare[] {
  const images = staying.filter((thing) => isImage(thing) && thing.owner?.kind !== 'release')
  const projects = [...new Set(images.map(projectOf))].filter((it) => it !== undefined).sort()
  return [
    ...projects.map((name): DiskShare => {
      const sizeBytes = sum(images.filter((it) => projectOf(it) === name))
      return name === project
        ? { kind: 'this-app', name: `other images of ${name}`, sizeBytes }
        : { kind: 'other-app', name: `images of ${name}`, sizeBytes, note: 'another app' }
    }),
    {
      kind: 'images',
      name: 'other images',
      sizeBytes: sum(images.filter((it) => projectOf(it) === undefined)),
      note: isNode
        ? 'of other stacks, or a service may need them'
        : 'in use, or pulled or tagged within the last hour',
    },
  ]
}

function volumeShares({ project }: HostDiskObservation, staying: readonly DiskThing[]): DiskShare[] {
  const volumes = staying.filter(({ stage }) => stage === 'volumes')
  const used = volumes.filter(({ isUsed }) => isUsed === true)
  const ours = used.filter((it) => projectOf(it) === project)
  const others = used.filter((it) => projectOf(it) !== project)
  const unused = volumes.filter(({ isUsed }) => isUsed !== true)
  return [
    { kind: 'volumes', name: `volumes of ${project}`, sizeBytes: sum(ours), note: namesOf(ours) },
    { kind: 'volumes', name: 'volumes of other apps', sizeBytes: sum(others), note: namesOf(others) },
    { kind: 'volumes', name: 'unused volumes', sizeBytes: sum(unused), note: namesOf(unused) },
  ]
}

function reclaimable({ things }: HostDiskObservation): DiskShare[] {
  const going = things.filter(({ mayGo }) => mayGo)
  const amounts = new Map<CleanupStage, number>()
  for (const { stage } of going) amounts.set(stage, (amounts.get(stage) ?? 0) + 1)
  const counts = [...amounts].map(([stage, amount]) =>
    stage === 'build-cache'
      ? 'build cache'
      : `${amount} ${stage.replace('-', ' ').replace(/s$/, amount === 1 ? '' : 's')}`,
  )
  return [
    {
      kind: 'reclaimable',
      name: 'removable by `dray clean`',
      sizeBytes: sum(going),
      note: counts.join(', '),
    },
  ]
}

/** Empty if Docker's file system could not be measured. */
function everythingElse(observation: HostDiskObservation, shares: readonly DiskShare[]): DiskShare[] {
  const disk = imageFileSystem(observation.fileSystems)
  if (disk === undefined) return []
  const known = shares.reduce((bytes, { sizeBytes }) => bytes + (sizeBytes ?? 0), 0)
  return [
    {
      kind: 'everything-else',
      name: 'everything else',
      sizeBytes: Math.max(0, disk.usedBytes - known),
      note: `not used by Docker, on ${disk.mount}`,
    },
  ]
}

/** Logs without a size limit are the most common cause of a full disk. */
function logWarnings({ inventory, project, host }: HostDiskObservation): string[] {
  const unlimited = inventory.containers.filter(({ log, isUp }) => log.isUnlimited && isUp)
  const ours = unlimited.filter((container) => container.project === project).map(({ name }) => name)
  const others = unlimited.length - ours.length
  if (unlimited.length === 0) return []
  const whose = [
    ...(ours.length === 0 ? [] : [ours.join(', ')]),
    ...(others === 0 ? [] : [`${others} other ${others === 1 ? 'container' : 'containers'}`]),
  ]
  return [
    `Logs of ${whose.join(' and ')} on ${host} have no size limit. \`logging: { driver: local }\` in the compose file limits each to 100 MB; \`daemon.json\` of its Docker sets a limit for all.`,
  ]
}

function isImage({ stage }: DiskThing): boolean {
  return stage === 'images' || stage === 'dangling-images'
}

function projectOf({ owner }: DiskThing): string | undefined {
  return owner?.kind === 'app' ? owner.project : undefined
}

function sizeOf(things: readonly DiskThing[], stage: CleanupStage): number {
  return sum(things.filter((thing) => thing.stage === stage))
}

function sum(things: readonly DiskThing[]): number {
  return things.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
}

/** Largest first. */
function namesOf(things: readonly DiskThing[]): string {
  return someNames([...things].sort((a, b) => b.sizeBytes - a.sizeBytes).map(({ name }) => name))
}
