import { DrayError } from '../../../errors/dray-error.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import { findNeededThere } from './needed-there.ts'
import type { DesiredRelease, HostObservation } from '../../model/observation.ts'
import type { NewStep } from '../plan-host.ts'
import type { DiskRules } from '../../model/disk/disk-rules.ts'
import { cleanupStages, type DiskThing, type CleanupStage } from '../../model/disk/disk-thing.ts'
import { imageFileSystem, usedPercent, type FileSystem } from '../../model/file-system.ts'
import { judgeDisk } from './judge-disk.ts'
import { renderDiskSpaceTable } from './disk-space-table.ts'

/** Disk space on a host before a pull. */
export type PullSpace = {
  fileSystems: readonly FileSystem[]
  /** Bytes that the pull may take. */
  needBytes: number
}

/** Share of the disk that stays free for running services: a completely full disk stops databases. */
const RESERVE = 0.01

/** Why disk space must be freed before a pull; undefined if there is enough or it is unknown. */
export function explainShortage({ fileSystems, needBytes }: PullSpace, rules: DiskRules): string | undefined {
  const disk = imageFileSystem(fileSystems)
  if (disk === undefined || needBytes === 0) return undefined
  if (needBytes + reserveOf(disk) > disk.availableBytes) {
    return `the pull may take ${renderBytes(needBytes)}, but only ${renderBytes(disk.availableBytes)} is free`
  }
  const percent = usedPercent(disk)
  // Without permission to remove anything, the limit has no use.
  if (rules.sweep === 'none' || percent <= rules.limitPercent) return undefined
  return `the disk is ${percent} % full, above the limit of ${rules.limitPercent} %`
}

/** The steps that free disk space on one host. */
export type DiskSpacePlan = { steps: readonly NewStep[]; warnings: readonly string[] }

/**
 * The steps that free disk space before a pull, in the order of the stages and only as many as needed; an aggressive sweep
 * takes all stages. Empty if nothing is pulled or there is enough space.
 * Throws DISK_SHORT if the pull would still not fit, and DISK_SWEEP_REFUSED.
 */
export function planDiskSpace(
  observation: HostObservation,
  desired: DesiredRelease,
  needBytes: number,
): DiskSpacePlan {
  const { inventory, fileSystems } = observation.disk
  const disk = imageFileSystem(fileSystems)
  const cause = explainShortage({ fileSystems, needBytes }, desired.disk)
  if (cause === undefined || disk === undefined || inventory === undefined) return { steps: [], warnings: [] }
  const rules = desired.disk
  const things = judgeDisk(inventory, findNeededThere(observation), rules)
  if (rules.sweep === 'aggressive') refuseNamedVolumes(things, observation.host)
  const stages = rules.sweep === 'none' ? [] : chooseStages(things, { disk, needBytes, rules })
  const freedBytes = sizeOf(stages.flatMap(({ going }) => going))
  if (disk.availableBytes + freedBytes < needBytes + reserveOf(disk)) {
    throw tooShort({ observation, needBytes, freedBytes, disk, things })
  }
  const percent = usedPercent(afterFreeing(disk, freedBytes))
  return {
    steps: stages.map(({ stage, going }) => ({
      kind: 'free-disk',
      host: observation.host,
      cause,
      stage,
      things: going.map(({ id, name, names, sizeBytes }) => ({ id, name, names, sizeBytes })),
    })),
    warnings:
      percent > rules.limitPercent
        ? [
            `The disk of ${observation.host} is ${usedPercent(disk)} % full, and will be ${percent} % full after removing everything that may be removed. \`dray disk ${desired.environment}\` shows what uses the space.`,
          ]
        : [],
  }
}

type Stage = { stage: CleanupStage; going: readonly DiskThing[] }

/** Adds stages until there is enough space. At least the computed size is freed, since images share layers. */
function chooseStages(
  things: readonly DiskThing[],
  { disk, needBytes, rules }: { disk: FileSystem; needBytes: number; rules: DiskRules },
): Stage[] {
  const chosen: Stage[] = []
  for (const stage of cleanupStages) {
    const freedBytes = sizeOf(chosen.flatMap(({ going }) => going))
    const room = { fileSystems: [afterFreeing(disk, freedBytes)], needBytes }
    if (rules.sweep !== 'aggressive' && explainShortage(room, rules) === undefined) break
    const going = things.filter((thing) => thing.stage === stage && thing.mayGo)
    if (going.length > 0) chosen.push({ stage, going })
  }
  return chosen
}

/** Throws DISK_SWEEP_REFUSED if an aggressive sweep would delete a named volume. */
export function refuseNamedVolumes(things: readonly DiskThing[], host: string): void {
  const volumes = things.filter(({ blocksSweep }) => blocksSweep === true)
  if (volumes.length === 0) return
  const names = volumes.map(({ name }) => name)
  throw new DrayError(
    'DISK_SWEEP_REFUSED',
    `The sweep of ${host} would delete ${names.length === 1 ? 'volume' : 'volumes'} ${names.join(', ')}, which no container is using now.`,
    {
      hint: `If the data is not needed, add \`disk: { sweep: aggressive, expendable: [${names.join(', ')}] }\` to dray.yml. Otherwise start the containers that use it, or remove \`sweep: aggressive\`.`,
      details: { problems: volumes.map(({ name, sizeBytes }) => `${name}: ${renderBytes(sizeBytes)}`) },
    },
  )
}

function tooShort(facts: {
  observation: HostObservation
  needBytes: number
  freedBytes: number
  disk: FileSystem
  things: readonly DiskThing[]
}): DrayError {
  const { observation, needBytes, freedBytes, disk, things } = facts
  const free =
    `only ${renderBytes(disk.availableBytes)} is free on ${disk.mount}` +
    (freedBytes > 0 ? `, and ${renderBytes(freedBytes)} more can be freed` : '')
  return new DrayError(
    'DISK_SHORT',
    `The pull may take ${renderBytes(needBytes)} on ${observation.host}, but ${free}.`,
    { details: { problems: renderDiskSpaceTable(things, disk) } },
  )
}

function afterFreeing(disk: FileSystem, bytes: number): FileSystem {
  return {
    ...disk,
    usedBytes: Math.max(0, disk.usedBytes - bytes),
    availableBytes: disk.availableBytes + bytes,
  }
}

function reserveOf({ totalBytes }: FileSystem): number {
  return totalBytes * RESERVE
}

function sizeOf(things: readonly DiskThing[]): number {
  return things.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
