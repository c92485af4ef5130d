import { expect, test } from 'vitest'
import { parseImageReference, type ImageReference } from '../../../../../src/deploy/model/image-reference.ts'
import type { Platform, Registry } from '../../../../../src/deploy/model/ports.ts'
import { shareAnswers } from '../../../../../src/deploy/plan/observe/share-answers.ts'
import { fakeDigest, plainImage } from '../../../../support/fake-app.ts'

const reference = parseImageReference('ghcr.io/acme/backend:v2')
const amd64 = { os: 'linux', architecture: 'amd64' }
const arm64 = { os: 'linux', architecture: 'arm64' }

/** A registry where the tag is pushed again after each answer. */
function movingRegistry(): Registry & { asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    credentials: async () => undefined,
    resolve: async (wanted: ImageReference, { architecture }: Platform) => {
      asked.push(`${wanted.digest ?? wanted.tag ?? ''} ${architecture}`)
      if (wanted.digest === undefined && architecture === 'riscv64') throw new Error('No such platform.')
      const digest = wanted.digest ?? fakeDigest(`push ${asked.length}`)
      return { reference: wanted, digest, layers: [], config: plainImage }
    },
  }
}

test('a tag that is pushed while hosts are asked is the same digest for all, on every platform', async () => {
  const registry = movingRegistry()
  const shared = shareAnswers()
  const answers = await Promise.all(
    [amd64, amd64, arm64, arm64].map((platform) => shared(registry).resolve(reference, platform)),
  )
  const digest = fakeDigest('push 1')
  expect(answers.map((it) => [it.digest, it.reference])).toEqual(answers.map(() => [digest, reference]))
  expect(registry.asked).toEqual(['v2 amd64', `${digest} arm64`])
})

test('a failure for one platform does not stop another one, and other registries are asked themselves', async () => {
  const [one, other] = [movingRegistry(), movingRegistry()]
  const shared = shareAnswers()
  const riscv64 = { os: 'linux', architecture: 'riscv64' }
  await expect(shared(one).resolve(reference, riscv64)).rejects.toThrow('No such platform.')
  expect((await shared(one).resolve(reference, amd64)).digest).toBe(fakeDigest('push 2'))
  await shared(other).resolve(reference, amd64)
  expect(other.asked).toEqual(['v2 amd64'])
})
