import { renderTimeAgo } from '../../shared/time-ago.ts'
import {
  newestRelease,
  originalId,
  releaseLabel,
  releaseNumber,
  type Release,
} from '../../deploy/model/release.ts'
import { someNames } from '../../deploy/model/some-names.ts'
import type { DiskThing, CleanupStage } from '../../deploy/model/disk-thing.ts'
import { imageFileSystem, type FileSystem } from '../../deploy/model/file-system.ts'
import type { HostDiskObservation } from './observe-disk.ts'

/** Part of what takes the room of a host. */
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
  /** Undefined where it could not be measured. */
  sizeBytes: number | undefined
  /** What more there is to say, in a few words. */
  note?: string
}

export type DiskReport = {
  host: string
  fileSystems: readonly FileSystem[]
  shares: readonly DiskShare[]
  warnings: readonly string[]
}

/**
 * What takes the room of a host, in groups that do not overlap: releases by age first, then what others have, what may go,
 * and what Docker knows nothing of. `logBytes` is what container logs take; undefined where nobody may look.
 */
export function reportDisk(observation: HostDiskObservation, logBytes: number | undefined): DiskReport {
  const staying = observation.things.filter(({ mayGo }) => !mayGo)
  const all: DiskShare[] = [
    ...releaseShares(observation, staying),
    ...sharedLayers(observation),
    ...appShares(observation, staying),
    ...volumeShares(observation, staying),
    { kind: 'containers', name: 'written by containers', sizeBytes: sizeOf(staying, 'containers') },
    {
      kind: 'container-logs',
      name: 'container logs',
      sizeBytes: logBytes,
      note: logBytes === undefined ? 'only root may measure them' : undefined,
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

/** The newest first. An image that several need counts for the newest of them. */
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
  return release === current ? 'in place' : renderTimeAgo(nowMs - release.createdAtMs)
}

function sharedLayers({ inventory }: HostDiskObservation): DiskShare[] {
  const ownBytes = inventory.images.reduce((bytes, image) => bytes + image.ownBytes, 0)
  const sharedBytes = Math.max(0, inventory.layersBytes - ownBytes)
  return [{ kind: 'shared-layers', name: 'layers that several images share', sizeBytes: sharedBytes }]
}

/** Images that belong to no release on record here: of containers of this app, of other apps, of nobody. */
function appShares({ project }: HostDiskObservation, staying: readonly DiskThing[]): DiskShare[] {
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
      note: 'in use, or touched within the hour',
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
    { kind: 'volumes', name: 'volumes of others', sizeBytes: sum(others), note: namesOf(others) },
    { kind: 'volumes', name: 'volumes that no container has', sizeBytes: sum(unused), note: namesOf(unused) },
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
      name: 'what `dray clean` removes',
      sizeBytes: sum(going),
      note: counts.join(', '),
    },
  ]
}

/** Only where Docker's file system could be measured. */
function everythingElse(observation: HostDiskObservation, shares: readonly DiskShare[]): DiskShare[] {
  const disk = imageFileSystem(observation.fileSystems)
  if (disk === undefined) return []
  const known = shares.reduce((bytes, { sizeBytes }) => bytes + (sizeBytes ?? 0), 0)
  return [
    {
      kind: 'everything-else',
      name: 'everything else',
      sizeBytes: Math.max(0, disk.usedBytes - known),
      note: `not Docker's, on ${disk.mount}`,
    },
  ]
}

/** A log without a limit is what fills most disks at night. */
function logWarnings({ inventory, project, host }: HostDiskObservation): string[] {
  const unlimited = inventory.containers.filter(({ log, isUp }) => log.isUnlimited && isUp)
  const ours = unlimited.filter((container) => container.project === project).map(({ name }) => name)
  const others = unlimited.length - ours.length
  if (unlimited.length === 0) return []
  const whose = [
    ...(ours.length === 0 ? [] : [ours.join(', ')]),
    ...(others === 0 ? [] : [`${others} ${others === 1 ? 'container' : 'containers'} of others`]),
  ]
  return [
    `Nothing limits the logs of ${whose.join(' and ')} on ${host}. \`logging: { driver: local }\` in the compose file keeps 100 MB of each; \`daemon.json\` of its Docker sets it for all.`,
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

/** The largest first. */
function namesOf(things: readonly DiskThing[]): string {
  return someNames([...things].sort((a, b) => b.sizeBytes - a.sizeBytes).map(({ name }) => name))
}
