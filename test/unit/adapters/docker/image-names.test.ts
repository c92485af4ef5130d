import { expect, test } from 'vitest'
import { readImageNames } from '../../../../src/adapters/docker/image-names.ts'

const digest = `sha256:${'1'.repeat(64)}`

test('with containerd, the digest names among the tags are digests: RepoDigests has that of one repository', () => {
  const names = readImageNames({
    RepoTags: ['mirror/app:1', 'ghcr.io/acme/app:dray-shop-111111111111', `ghcr.io/acme/app@${digest}`],
    RepoDigests: [`mirror/app@${digest}`],
  })
  expect(names.digests).toEqual([`mirror/app@${digest}`, `ghcr.io/acme/app@${digest}`])
})

test('each name is there once, and no `<none>`', () => {
  const name = `ghcr.io/acme/app@${digest}`
  expect(readImageNames({ RepoTags: [name], RepoDigests: [name] })).toEqual({ tags: [name], digests: [name] })
  expect(readImageNames({ RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] })).toEqual({
    tags: [],
    digests: [],
  })
  expect(readImageNames({ RepoTags: null })).toEqual({ tags: [], digests: [] })
})
