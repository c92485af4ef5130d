import { expect, test } from 'vitest'
import {
  planRemovalOn,
  removeApp,
  type PlannedRemoval,
} from '../../../../src/operations/remove/remove-app.ts'
import type { RemovalHost } from '../../../../src/operations/remove/removal-host.ts'
import type { DiskInventory } from '../../../../src/deploy/model/disk/inventory.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import {
  fakeInventory,
  fakeStoredContainer,
  fakeStoredImage,
  fakeVolume,
} from '../../../support/fake-disk.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'
import { fakeSurvey } from '../../../support/fake-survey.ts'

const { signal } = new AbortController()
const keepTag = 'acme/shop:dray-shop-0123456789ab'
const release = fakeRelease({ project: 'shop', files: { 'a.yml': 'a'.repeat(64) } })

/** A host whose Engine obeys, unless `refuses` names the thing. */
class RemovableHost implements RemovalHost {
  readonly name = 'srv'
  readonly isSource = false
  readonly log: string[] = []
  refuses: string | undefined
  unwritable: string[] = []
  files = new Set(['a.yml', '.env', '.dray'])
  content: DiskInventory = fakeInventory({
    containers: [fakeStoredContainer('web', { id: 'web', project: 'shop', directory: '/srv/shop' })],
    networks: [{ id: 'net', name: 'shop_default', project: 'shop', createdAtMs: 0 }],
    volumes: [fakeVolume('data', { project: 'shop' })],
    images: [fakeStoredImage('own', { tags: [keepTag] })],
  })

  #take(name: string, what: string): boolean {
    this.log.push(`${what} ${name}`)
    if (this.refuses === name) return false
    const { containers, networks, volumes, images } = this.content
    this.content = {
      ...this.content,
      containers: containers.filter(({ id }) => id !== name),
      networks: networks.filter(({ id }) => id !== name),
      volumes: volumes.filter((it) => it.name !== name),
      images: images.filter(({ tags }) => !tags.includes(name)),
    }
    return true
  }

  readonly engine: RemovalHost['engine'] = {
    disk: {
      inventory: async () => this.content,
      removeNetwork: async (id) => this.#take(id, 'network'),
      removeVolume: async (name) => this.#take(name, 'volume'),
      clearBuildCache: async () => 0,
      removeIdleContainer: async () => false,
    },
    stop: async (id) => {
      this.log.push(`stop ${id}`)
      if (this.refuses === 'stop') throw new DrayError('HOST_UNREACHABLE', 'The connection broke.')
    },
    remove: async (id) => void this.#take(id, 'remove'),
    removeImage: async (name) => this.#take(name, 'image'),
  }

  readonly forwarder: RemovalHost['forwarder'] = {
    findObstacle: async () => undefined,
    clear: async (owner) => void this.log.push(`clear ${owner}`),
  }

  readonly directory: RemovalHost['directory'] = {
    path: '/srv/shop',
    survey: async () => fakeSurvey(this.files, { unwritable: this.unwritable }),
    remove: async (files) => {
      this.log.push(`files ${files.join(' ')}`)
      for (const file of [...files, '.dray']) if (file !== this.refuses) this.files.delete(file)
    },
  }

  readExternals(): ReturnType<RemovalHost['readExternals']> {
    return Promise.resolve([])
  }
}

const plan = (host: RemovableHost): Promise<PlannedRemoval> =>
  planRemovalOn(host, { release, wish: { volumes: true, env: false }, signal })

test('removes containers, then networks, volumes and images, and files and records last', async () => {
  const host = new RemovableHost()
  const planned = await plan(host)
  expect(host.log).toEqual([])
  expect(await removeApp(planned, signal)).toEqual({ entries: ['.env'] })
  expect(host.log).toEqual([
    'stop web',
    'remove web',
    'clear shop.web',
    'clear shop.backend',
    'network net',
    'volume data',
    `image ${keepTag}`,
    'files a.yml',
  ])
})

test.each(['web', 'net', 'data', keepTag])(
  'if %s is still there, files and records stay for the next run',
  async (name) => {
    const host = new RemovableHost()
    host.refuses = name
    const failure = removeApp(await plan(host), signal)
    await expect(failure).rejects.toMatchObject({
      code: 'REMOVAL_INCOMPLETE',
      exitCode: 4,
      hint: 'Run the same command again: it removes the rest.',
    })
    expect([...host.files]).toEqual(['a.yml', '.env', '.dray'])
    host.refuses = undefined
    await removeApp(await plan(host), signal)
    expect([...host.files]).toEqual(['.env'])
  },
)

test('says which file is still there', async () => {
  const host = new RemovableHost()
  host.refuses = 'a.yml'
  await expect(removeApp(await plan(host), signal)).rejects.toMatchObject({
    code: 'REMOVAL_INCOMPLETE',
    details: { problems: ['file a.yml'] },
  })
})

test('a failure and a cancelled command say that the rest is still there', async () => {
  const host = new RemovableHost()
  host.refuses = 'stop'
  const planned = await plan(host)
  await expect(removeApp(planned, signal)).rejects.toMatchObject({
    code: 'REMOVAL_INCOMPLETE',
    message: 'The app was only partly removed from srv: The connection broke.',
  })
  host.refuses = undefined
  const cancelled = AbortSignal.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.'))
  await expect(removeApp(planned, cancelled)).rejects.toMatchObject({
    code: 'REMOVAL_INCOMPLETE',
    exitCode: 130,
  })
})

test('a directory that cannot be written is refused before anything is removed', async () => {
  const host = new RemovableHost()
  host.unwritable = ['./data/']
  expect((await plan(host)).plan.going.length).toBeGreaterThan(0)
  host.unwritable = ['./', './data/']
  await expect(plan(host)).rejects.toMatchObject({
    code: 'PATH_NOT_WRITABLE',
    details: { problems: ['./'] },
  })
  expect(host.log).toEqual([])
})
