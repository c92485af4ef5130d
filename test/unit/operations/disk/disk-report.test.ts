import { expect, test } from 'vitest'
import { defaultDiskRules } from '../../../../src/deploy/model/disk/disk-rules.ts'
import { reportDisk } from '../../../../src/operations/disk/disk-report.ts'
import { observeDisk } from '../../../../src/operations/disk/observe-disk.ts'
import { createTerminalStyle } from '../../../../src/ui/terminal/terminal-style.ts'
import { renderDiskReport } from '../../../../src/ui/render/results/render-disk-report.ts'
import { FakeHost } from '../../../support/fake-host.ts'
import {
  fakeFileSystem,
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
  GB,
  TAKEN_AT_MS,
} from '../../../support/fake-disk.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const DAY_MS = 86_400_000

/** Two releases, a neighbour, and some of everything. */
function host(): FakeHost {
  const made = new FakeHost()
  const service = fakeRelease().services['web']
  if (service === undefined) throw new Error('The fake release has no web.')
  const releaseOf = (id: string, tag: string, age: number) =>
    fakeRelease({
      id,
      tag,
      createdAtMs: TAKEN_AT_MS - age * DAY_MS,
      services: { web: { ...service, image: `web@${tag}` } },
    })
  made.releases = [releaseOf('r6', 'v1', 3), releaseOf('r7', 'v2', 1)]
  made.disk.fileSystems = [fakeFileSystem({ usedBytes: 20 * GB })]
  made.disk.content = fakeInventory({
    layersBytes: 7 * GB,
    images: [
      fakeStoredImage('a', { digests: ['web@v1'], ownBytes: 0.5 * GB }),
      fakeStoredImage('b', { digests: ['web@v2'] }),
      fakeStoredImage('blog', { ownBytes: 2 * GB }),
      fakeStoredImage('unused'),
    ],
    containers: [
      fakeStoredContainer('shop-web-1', {
        project: 'shop',
        imageId: 'b',
        log: { isUnlimited: true, path: '/l' },
      }),
      fakeStoredContainer('blog-1', {
        project: 'blog',
        imageId: 'blog',
        volumes: ['posts'],
        log: { isUnlimited: true, path: '/l' },
      }),
    ],
    volumes: [fakeVolume('posts'), fakeVolume('forgotten')],
    buildCache: { freeBytes: 0.3 * GB, busyBytes: 0 },
  })
  return made
}

async function report(logBytes: number | undefined): Promise<string> {
  const observation = await observeDisk(host(), {
    app: 'shop',
    rules: defaultDiskRules,
    signal: new AbortController().signal,
  })
  return renderDiskReport(
    reportDisk(observation, { logBytes }),
    createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false }),
  )
}

test('every byte of the disk is assigned, first to the releases by age', async () => {
  expect(await report(0.4 * GB)).toBe(`srv
  /  ██████████░░░░░░░░░░  50 %  20.0 GB free of 40.0 GB, for Docker and the app

  release r7 (v2)                  ██▎░░░░░░░░░░░░░░░░░░░░░   1.0 GB  current
  release r6 (v1)                  █▏░░░░░░░░░░░░░░░░░░░░░░   500 MB  3 days ago
  layers shared by several images  █████▊░░░░░░░░░░░░░░░░░░   2.5 GB
  images of blog                   ████▋░░░░░░░░░░░░░░░░░░░   2.0 GB  another app
  volumes of other apps            ██▎░░░░░░░░░░░░░░░░░░░░░   1.0 GB  posts
  unused volumes                   ██▎░░░░░░░░░░░░░░░░░░░░░   1.0 GB  forgotten
  written by containers            ░░░░░░░░░░░░░░░░░░░░░░░░   2.0 MB
  container logs                   ▉░░░░░░░░░░░░░░░░░░░░░░░   400 MB
  removable by \`dray clean\`        ███░░░░░░░░░░░░░░░░░░░░░   1.3 GB  build cache, 1 image
  everything else                  ████████████████████████  10.3 GB  not used by Docker, on /

▲ Logs of shop-web-1 and 1 other container on srv have no size limit. \`logging: { driver: local }\` in the compose file limits each to 100 MB; \`daemon.json\` of its Docker sets a limit for all.
`)
})

test('logs that only root may measure are shown as unknown', async () => {
  expect(await report(undefined)).toMatch(/^ {2}container logs .* \? {2}only root can measure them$/m)
})
