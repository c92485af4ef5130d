import { expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import { combineArchives } from '../../../../src/adapters/source/combined-archive.ts'
import { createArchivedSource } from '../../../../src/adapters/source/archived-source.ts'
import { renderOverride } from '../../../../src/adapters/compose/pins.ts'
import type { BundleFile } from '../../../../src/deploy/model/ports.ts'
import type { ReleasePart } from '../../../../src/deploy/releases/combine-releases.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { fakeApp } from '../../../support/fake-app.ts'

const compose = 'services: { api: { image: a }, web: { image: b }, worker: { image: c } }'

function part(
  name: string,
  { services, files, mode = 0o644 }: { services: string[]; files: Record<string, string>; mode?: number },
): ReleasePart {
  const bundle = Object.entries({ 'docker-compose.yml': compose, ...files }).map(
    ([path, text]): BundleFile => ({
      path,
      content: Buffer.from(text),
      mode: path.includes('override') ? mode : 0o644,
    }),
  )
  const archive = { read: () => Promise.reject(new Error('not read')), files: async () => bundle }
  return { name, services, archive, release: {} as Release }
}

const parts = (): [ReleasePart, ReleasePart] => [
  part('a', {
    services: ['web'],
    files: {
      'docker-compose.override.yml': renderOverride(
        { api: 'a@1', web: 'b@1' },
        {},
        { elsewhere: ['worker'] },
      ),
      'nginx.conf': 'server {}',
    },
  }),
  part('w', {
    services: ['worker'],
    files: {
      'docker-compose.override.yml': renderOverride(
        { worker: 'c@1' },
        { worker: { ports: ['9000:9000'], environment: { TAG: 'v1' } } },
        { elsewhere: ['api', 'web'] },
      ),
      'worker.toml': 'a = 1',
    },
    mode: 0o600,
  }),
]

const textOf = (files: readonly BundleFile[], path: string): string =>
  Buffer.from(files.find((it) => it.path === path)?.content ?? '').toString()

test('files of several hosts are those of all, and the override file has the services of each', async () => {
  const files = await combineArchives(parts()).files({} as Release)
  expect(files.map(({ path, mode }) => [path, mode])).toEqual([
    ['docker-compose.yml', 0o644],
    ['docker-compose.override.yml', 0o600],
    ['nginx.conf', 0o644],
    ['worker.toml', 0o644],
  ])
  const override = textOf(files, 'docker-compose.override.yml')
  expect(parseDocument(override).toJS()).toEqual({
    services: {
      api: { image: 'a@1' },
      web: { image: 'b@1' },
      worker: { image: 'c@1', ports: ['9000:9000'], environment: { TAG: 'v1' } },
    },
  })
  // Compose would add the ports to those of the compose file.
  expect(override).toContain('ports: !override')
  expect(override).toContain('# Written by dray')
})

test('on the host that gets them, services that it does not run have no containers', async () => {
  const source = createArchivedSource(combineArchives(parts()), {} as Release)
  const files = await source.bundle({ ...fakeApp([]), elsewhere: ['api'] }, { web: 'b@1', worker: 'c@1' })
  expect(parseDocument(textOf(files, 'docker-compose.override.yml')).toJS()).toMatchObject({
    services: { api: { scale: 0 }, web: { image: 'b@1' }, worker: { image: 'c@1' } },
  })
})
