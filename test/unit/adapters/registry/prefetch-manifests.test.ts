import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { prefetchManifests } from '../../../../src/adapters/registry/prefetch-manifests.ts'
import { parseImageReference, renderImageReference } from '../../../../src/deploy/model/image-reference.ts'
import type { Platform } from '../../../../src/deploy/model/ports.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { fakeResolved } from '../../../support/fake-app.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64' }
const backend = 'ghcr.io/acme/backend:v2'

/** A registry that has every image but those of the tag `gone`, and is asked for some of them ahead. */
async function asking(...likely: readonly string[]) {
  const asked: string[] = []
  const clock = new FakeClock()
  let tellPlatform: (platform: Platform | Promise<Platform>) => void = () => undefined
  const platform = new Promise<Platform>((resolve) => (tellPlatform = resolve))
  const registry = prefetchManifests(
    {
      ping: async (host) => void asked.push(`greet ${host}`),
      credentials: async () => undefined,
      resolve: async (reference, wanted) => {
        const name = renderImageReference(reference)
        asked.push(name)
        await wanted
        if (reference.tag === 'gone') throw new DrayError('TAG_NOT_FOUND', `There is no ${name}.`)
        return fakeResolved(name)
      },
    },
    {
      registry: 'ghcr.io',
      references: async () => likely.map(parseImageReference),
      platform,
    },
    { clock, signal: new AbortController().signal },
  )
  await clock.sleep(1)
  return {
    asked,
    clock,
    tellPlatform,
    resolve: (image: string, on: Platform = amd64) => registry.resolve(parseImageReference(image), on),
  }
}

describe('an image that is likely to be wanted', () => {
  test('is requested once, before the platform of the host is known', async () => {
    const { asked, tellPlatform, resolve } = await asking(backend)
    expect(asked).toEqual(['greet ghcr.io', backend])
    tellPlatform(amd64)
    expect((await resolve(backend)).digest).toBe(fakeResolved(backend).digest)
    expect(asked).toEqual(['greet ghcr.io', backend])
  })

  test('is asked for again when the answer is old, as after a wait for a lock', async () => {
    const { asked, clock, tellPlatform, resolve } = await asking(backend)
    tellPlatform(amd64)
    await clock.sleep(5_000)
    await resolve(backend)
    expect(asked.slice(1)).toEqual([backend, backend])
  })

  test('is asked for again for a host of another platform', async () => {
    const { asked, tellPlatform, resolve } = await asking(backend)
    tellPlatform(amd64)
    await resolve(backend, arm64)
    expect(asked.slice(1)).toEqual([backend, backend])
  })

  test('that is not there fails for the one who needs it', async () => {
    const { tellPlatform, resolve } = await asking('ghcr.io/acme/backend:gone')
    tellPlatform(amd64)
    await expect(resolve('ghcr.io/acme/backend:gone')).rejects.toMatchObject({ code: 'TAG_NOT_FOUND' })
  })
})

test('an unexpected image is requested when it is needed', async () => {
  const { asked, tellPlatform, resolve } = await asking(backend)
  tellPlatform(amd64)
  await resolve('nginx:alpine')
  expect(asked.slice(1)).toEqual([backend, 'docker.io/library/nginx:alpine'])
})

test('a wrong guess and an unreachable host fail no other request', async () => {
  const { tellPlatform, resolve } = await asking('ghcr.io/acme/backend:gone')
  tellPlatform(amd64)
  await turn()
  expect((await resolve(backend)).digest).toBe(fakeResolved(backend).digest)
  const unreachable = await asking(backend)
  unreachable.tellPlatform(Promise.reject(new DrayError('HOST_UNREACHABLE', 'It does not answer.')))
  await turn()
  await expect(unreachable.resolve(backend)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' })
})
