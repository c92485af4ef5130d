import { beforeEach, describe, expect, test } from 'vitest'
import { compareSides, type ReleaseDiff } from '../../../../src/operations/diff/compare-sides.ts'
import { readReleaseSide, readTreeSide } from '../../../../src/operations/diff/read-release-side.ts'
import type { ReleaseSide } from '../../../../src/operations/diff/release-side.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { withService, withTag } from '../../../support/fake-app.ts'
import type { FakeWorld } from '../../../support/fake-deploy.ts'
import { shop, shopAtV1 } from '../../../support/shop-world.ts'

const { signal } = new AbortController()
let world: FakeWorld

beforeEach(async () => {
  world = await shopAtV1()
})

async function release(id: string): Promise<ReleaseSide> {
  const [host] = world.archives
  const record = world.host.releases.find((it) => it.id === id)
  if (host === undefined || record === undefined) throw new Error(`There is no ${id}.`)
  return readReleaseSide({ host, release: record }, signal)
}

async function tree(tag?: string): Promise<ReleaseSide> {
  const [site] = world.sites
  if (site === undefined) throw new Error('There is no host.')
  return readTreeSide(site, tag, signal)
}

const namesIn = ({ images, configuration, files }: ReleaseDiff) => ({
  images: images.map(({ service, from, to }) => `${service} ${from?.tag ?? ''} ${to?.tag ?? ''}`),
  configuration: configuration.map(
    ({ service, keys }) => `${service} ${keys.map(({ name }) => name).join()}`,
  ),
  files: files.map(({ path }) => path),
})

test('the working tree is shown as a deploy would apply it', async () => {
  world.app = withService(world.app, 'backend', { definitionParts: { 'environment.LOG_LEVEL': 'debug' } })
  world.files['nginx/conf.d/app.conf'] = 'server { listen 80; }'
  const before = compareSides(await release('r1'), await tree('v2'))
  expect(before).toMatchObject({ from: 'r1', to: 'the working tree (v2)', notes: [] })
  expect(namesIn(before)).toMatchObject({
    images: ['backend v1 v2'],
    configuration: ['backend environment.LOG_LEVEL'],
    files: expect.arrayContaining(['nginx/conf.d/app.conf']),
  })
  await world.deploy()
  const after = compareSides(await release('r2'), await tree('v2'))
  expect(namesIn(after)).toMatchObject({ images: [], configuration: [] })
})

test('a release has the variables of its time, the tree those of the server', async () => {
  world.host.envFile = { ...world.host.envFile, variables: ['API_KEY'] }
  expect((await release('r1')).variables).not.toContain('API_KEY')
  expect((await tree()).variables).toEqual(['API_KEY'])
})

test('files that dray writes are not files of a release', async () => {
  world.files['nginx/conf.d/dray-keepalive.conf'] = '# Written by dray. It pins what came from .env\n'
  const { files } = await tree()
  expect(files.map(({ path }) => path)).not.toContain('nginx/conf.d/dray-keepalive.conf')
})

describe('an unreachable source', () => {
  test('of the registry, is a note', async () => {
    world.registryDown = true
    const { images, notes } = await tree()
    expect(notes).toEqual(['No registry today.'])
    expect(images['backend']).toEqual({ name: 'ghcr.io/acme/backend', tag: 'v2' })
  })

  test('of Compose for an archived release, is a note; its images and files are compared', async () => {
    world.host.directory.inspect = () =>
      Promise.reject(new DrayError('RELEASE_CHANGED', 'The files no longer make that release.'))
    const snapshot = await release('r1')
    expect(snapshot.notes).toEqual([
      'The configuration of r1 is not compared. The files no longer make that release.',
    ])
    expect(snapshot.definitions).toBeUndefined()
    expect(Object.keys(snapshot.images)).toEqual(['backend', 'nginx'])
    expect(snapshot.files.map(({ path }) => path)).toContain('nginx/conf.d/app.conf')
  })

  test('since the directory is gone, ends it', async () => {
    world.host.directory.inspect = () => Promise.reject(new DrayError('PATH_NOT_WRITABLE', 'It is gone.'))
    await expect(release('r1')).rejects.toThrow('It is gone.')
    await expect(tree()).rejects.toThrow('It is gone.')
  })
})

test('a secret of Compose is known by where it is mounted', async () => {
  const mounts = [{ path: 'token.txt', target: '/run/secrets/token' }]
  world.app = withService(withTag(shop, 'v2'), 'backend', { mounts })
  expect((await tree()).secretPaths).toEqual(new Set(['token.txt']))
})
