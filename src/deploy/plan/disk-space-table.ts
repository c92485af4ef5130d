import { renderBytes } from '../../shared/bytes.ts'
import type { FileSystem } from '../model/file-system.ts'
import type { DiskThing } from '../model/disk-thing.ts'

/** Of what is used; less than that helps nobody. */
const WORTH_TELLING = 0.005

type Share = { what: string; way: string; is: (thing: DiskThing) => boolean }

/** What takes the room that people can do something about, and what that is. */
const SHARES: readonly Share[] = [
  {
    what: 'images of kept releases',
    way: 'keep fewer: `keep` in dray.yml',
    is: ({ stage, mayGo, owner }) => isImage(stage) && !mayGo && owner?.kind === 'release',
  },
  {
    what: 'images of other apps, or in use',
    way: 'theirs',
    is: ({ stage, mayGo, owner }) => isImage(stage) && !mayGo && owner?.kind !== 'release',
  },
  {
    what: 'volumes',
    way: 'yours; `disk.volumes: anonymous` lets those without a name go',
    is: ({ stage, mayGo }) => stage === 'volumes' && !mayGo,
  },
  {
    what: 'written by containers',
    way: '`docker ps -as` on the server says which',
    is: ({ stage, mayGo }) => stage === 'containers' && !mayGo,
  },
  { what: 'what may go', way: '`dray clean`', is: ({ mayGo }) => mayGo },
]

/** Lines for a refusal: what takes the room, the most first, and what one could do about it. */
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
