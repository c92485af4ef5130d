import { renderTimeAgo } from '../../../shared/time-ago.ts'
import { idleGraceMs, type DiskRules } from '../../model/disk/disk-rules.ts'
import type {
  DiskInventory,
  StoredContainer,
  StoredNetwork,
  StoredVolume,
} from '../../model/disk/inventory.ts'
import { appOf, cleanupStages, type DiskThing, type NeededThere } from '../../model/disk/disk-thing.ts'
import { judgeImage } from './judge-image.ts'

/** Decides for everything that Docker stores on a host whether it may be removed, in the order of the stages. Pure. */
export function judgeDisk(inventory: DiskInventory, needed: NeededThere, rules: DiskRules): DiskThing[] {
  const things = [
    ...inventory.images.map((image) => judgeImage(image, { inventory, needed })),
    ...judgeBuildCache(inventory),
    ...judgeContainers(inventory, needed, rules),
    ...inventory.networks.map((network) => judgeNetwork(network, { inventory, needed, rules })),
    ...judgeVolumes(inventory, needed, rules),
  ]
  return cleanupStages.flatMap((stage) => things.filter((thing) => thing.stage === stage))
}

function judgeBuildCache({ buildCache }: DiskInventory): DiskThing[] {
  const thing = { stage: 'build-cache', id: '', name: 'build cache', names: [], owner: undefined } as const
  const { freeBytes, busyBytes } = buildCache
  return [
    ...(freeBytes > 0
      ? [{ ...thing, sizeBytes: freeBytes, mayGo: true, reason: 'builds can recreate it' }]
      : []),
    ...(busyBytes > 0
      ? [{ ...thing, sizeBytes: busyBytes, mayGo: false, reason: 'a build is using it' }]
      : []),
  ]
}

function judgeContainers(inventory: DiskInventory, needed: NeededThere, rules: DiskRules): DiskThing[] {
  return inventory.containers.map((container) => {
    const reason = whyContainerStays(container, { inventory, needed, rules })
    const idleMs = inventory.takenAtMs - container.idleSinceMs
    return {
      stage: 'containers',
      id: container.id,
      name: container.name,
      sizeBytes: container.sizeBytes,
      mayGo: reason === undefined,
      reason: reason ?? `stopped ${renderTimeAgo(idleMs)}`,
      ...(container.isUp ? { isUsed: true } : {}),
      owner: appOf(container),
      names: [],
    }
  })
}

function whyContainerStays(
  container: StoredContainer,
  { inventory, needed, rules }: Judging,
): string | undefined {
  if (container.isUp) return 'running'
  const other = otherApp(container.project, needed)
  if (other !== undefined) return other
  const idleMs = inventory.takenAtMs - container.idleSinceMs
  if (idleMs < idleGraceMs(rules)) return `stopped ${renderTimeAgo(idleMs)}: too recent`
  const [volume] = container.volumes
  if (volume !== undefined && rules.sweep !== 'aggressive') return `uses volume ${shortName(volume)}`
  return undefined
}

type Judging = { inventory: DiskInventory; needed: NeededThere; rules: DiskRules }

function judgeNetwork(network: StoredNetwork, judging: Judging): DiskThing {
  const { inventory, needed, rules } = judging
  const ageMs = inventory.takenAtMs - network.createdAtMs
  const user = inventory.containers.find(({ networks }) => networks.includes(network.name))
  const reason =
    user !== undefined
      ? `container ${user.name} is connected`
      : (otherApp(network.project, needed) ??
        (ageMs < idleGraceMs(rules) ? `created ${renderTimeAgo(ageMs)}: too recent` : undefined))
  return {
    stage: 'networks',
    id: network.id,
    name: network.name,
    sizeBytes: 0,
    mayGo: reason === undefined,
    reason: reason ?? `no container connected, created ${renderTimeAgo(ageMs)}`,
    ...(user === undefined ? {} : { isUsed: true }),
    owner: appOf(network),
    names: [],
  }
}

function judgeVolumes(inventory: DiskInventory, needed: NeededThere, rules: DiskRules): DiskThing[] {
  const staying = inventory.containers.filter(
    (container) => whyContainerStays(container, { inventory, needed, rules }) !== undefined,
  )
  return inventory.volumes.map((volume) => {
    const user = staying.find(({ volumes }) => volumes.includes(volume.name))
    const verdict =
      user === undefined
        ? judgeUnusedVolume(volume, { inventory, needed, rules })
        : { mayGo: false, reason: `used by container ${user.name}`, isUsed: true as const }
    return {
      stage: 'volumes',
      id: volume.name,
      name: volume.isAnonymous ? `${shortName(volume.name)} (anonymous)` : volume.name,
      sizeBytes: volume.sizeBytes ?? 0,
      owner: appOf(volume),
      names: [],
      ...verdict,
    }
  })
}

function judgeUnusedVolume(
  volume: StoredVolume,
  { inventory, rules }: Judging,
): Pick<DiskThing, 'mayGo' | 'reason' | 'blocksSweep'> {
  const stays = (reason: string) => ({ mayGo: false, reason })
  const isAggressive = rules.sweep === 'aggressive'
  if (!volume.isAnonymous) {
    if (!isAggressive) return stays('named volume, never removed')
    return rules.expendable.includes(volume.name)
      ? { mayGo: true, reason: 'unused, and listed in `disk.expendable`' }
      : { ...stays('unused, but named and not in `disk.expendable`'), blocksSweep: true }
  }
  if (!rules.anonymousVolumes && !isAggressive) return stays('unused, but removing volumes is not enabled')
  const ageMs = inventory.takenAtMs - volume.createdAtMs
  if (ageMs < idleGraceMs(rules)) return stays(`created ${renderTimeAgo(ageMs)}: too recent`)
  return { mayGo: true, reason: 'unused anonymous volume' }
}

function otherApp(project: string | undefined, needed: NeededThere): string | undefined {
  return project === undefined || project === needed.project
    ? undefined
    : `belongs to another app (${project})`
}

/** A name made by Docker has 64 digits; Docker shows the first twelve. */
function shortName(volumeName: string): string {
  return volumeName.replace(/^([0-9a-f]{12})[0-9a-f]{52}$/, '$1')
}
