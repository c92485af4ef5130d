import { renderBytes } from '../../../shared/bytes.ts'
import type { FileSystem } from '../../model/file-system.ts'
import type { DiskThing } from '../../model/disk/disk-thing.ts'

/** Smallest share of the used space worth a line. */
const WORTH_TELLING = 0.005

type Share = { what: string; way: string; is: (thing: DiskThing) => boolean }

/** What uses disk space, and how to free it. */
const SHARES: readonly Share[] = [
  {
    what: 'images of archived releases',
    way: 'lower `keep` in dray.yml',
    is: ({ stage, mayGo, owner }) => isImage(stage) && !mayGo && owner?.kind === 'release',
  },
  {
    what: 'images of other apps, or in use',
    way: 'dray does not remove these',
    is: ({ stage, mayGo, owner }) => isImage(stage) && !mayGo && owner?.kind !== 'release',
  },
  {
    what: 'volumes',
    way: 'your data; `disk.volumes: anonymous` allows removing anonymous ones',
    is: ({ stage, mayGo }) => stage === 'volumes' && !mayGo,
  },
  {
    what: 'written by containers',
    way: 'list them with `docker ps -as` on the server',
    is: ({ stage, mayGo }) => stage === 'containers' && !mayGo,
  },
  { what: 'unused, removable', way: 'run `dray clean`', is: ({ mayGo }) => mayGo },
]

/** Lines for a refusal: what uses disk space, largest first, and how to free it. */
export function renderDiskSpaceTable(things: readonly DiskThing[], disk: FileSystem): string[] {
  const shares = SHARES.map(({ what, way, is }) => ({
    what,
    way,
    sizeBytes: things.filter(is).reduce((sum, thing) => sum + thing.sizeBytes, 0),
  }))
  const known = shares.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const rest = {
    what: 'everything else',
    way: `\`sudo du -xh ${disk.mount} | sort -h | tail\``,
    sizeBytes: 0,
  }
  const rows = [...shares, { ...rest, sizeBytes: Math.max(0, disk.usedBytes - known) }]
    .filter(({ sizeBytes }) => sizeBytes > disk.usedBytes * WORTH_TELLING)
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
  const widest = Math.max(0, ...rows.map(({ what }) => what.length))
  return rows.map(
    ({ what, way, sizeBytes }) => `${what.padEnd(widest)}  ${renderBytes(sizeBytes).padStart(7)}  ${way}`,
  )
}

function isImage(stage: DiskThing['stage']): boolean {
  return stage === 'images' || stage === 'dangling-images'
}
