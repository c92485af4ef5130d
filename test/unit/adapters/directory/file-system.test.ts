import { expect, test } from 'vitest'
import { readFileSystems } from '../../../../src/adapters/directory/file-system.ts'

const heading = 'Filesystem     1024-blocks      Used Available Capacity Mounted on'

test('reads lines of df, and takes places on one device for one file system', () => {
  const docker = `${heading}\n/dev/sda1        40000000  10000000  28000000      27% /`
  const app = `${heading}\n/dev/sda1        40000000  10000000  28000000      27% /srv/my data`
  expect(
    readFileSystems([
      { holds: 'Docker', text: docker },
      { holds: 'the app', text: app },
    ]),
  ).toEqual([
    {
      mount: '/',
      holds: ['Docker', 'the app'],
      totalBytes: 40_960_000_000,
      usedBytes: 10_240_000_000,
      availableBytes: 28_672_000_000,
    },
  ])
})

test('distinguishes overlays by their mount, and skips unmeasured ones', () => {
  const overlay = (mount: string) => `${heading}\noverlay  100  50  50  50% ${mount}`
  const found = readFileSystems([
    { holds: 'Docker', text: overlay('/var/lib/docker') },
    { holds: 'the app', text: overlay('/srv') },
    { holds: 'nothing', text: '' },
  ])
  expect(found.map(({ mount }) => mount)).toEqual(['/var/lib/docker', '/srv'])
})
