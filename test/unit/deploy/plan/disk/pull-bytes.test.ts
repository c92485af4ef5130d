import { expect, test } from 'vitest'
import { computePullBytes } from '../../../../../src/deploy/plan/disk/pull-bytes.ts'
import { pinnedName } from '../../../../../src/deploy/model/image-reference.ts'
import type { ImageLayer } from '../../../../../src/deploy/model/image-layer.ts'
import type { LocalImage, ResolvedImage } from '../../../../../src/deploy/model/ports.ts'
import { fakeResolved } from '../../../../support/fake-app.ts'
import { fakeInventory, fakeStoredImage } from '../../../../support/fake-disk.ts'

const layer = (name: string, sizeBytes: number): ImageLayer => ({
  digest: `sha256:${name}`,
  sizeBytes,
  unpackedDigest: `sha256:unpacked-${name}`,
})
const image = (name: string, layers: ImageLayer[]): ResolvedImage => ({ ...fakeResolved(name), layers })

const base = layer('base', 100)
const backend = image('ghcr.io/acme/backend:v2', [base, layer('code', 10)])
const frontend = image('ghcr.io/acme/frontend:v3', [base, layer('pages', 20)])
const facts = { resolved: [backend, frontend], images: [], inventory: undefined, keepsPacked: false }

test('a layer counts once, unpacked, with the largest packed beside it', () => {
  expect(computePullBytes(facts)).toBe(3 * 130 + 100)
})

test('an Engine that keeps layers packed, too, needs room for both', () => {
  expect(computePullBytes({ ...facts, keepsPacked: true })).toBe(3 * 130 + 130)
})

test('layers that the host has count for nothing once it is known', () => {
  const inventory = fakeInventory({
    images: [fakeStoredImage('old', { layers: ['sha256:unpacked-base'] })],
  })
  expect(computePullBytes({ ...facts, inventory })).toBe(3 * 30 + 20)
})

test('an image that is there needs nothing', () => {
  const there = ({ reference, digest }: ResolvedImage): LocalImage => ({
    id: digest,
    tags: [],
    digests: [pinnedName(reference, digest)],
    sizeBytes: 1,
    createdAtMs: 0,
  })
  expect(computePullBytes({ ...facts, images: [there(backend)] })).toBe(3 * 120 + 100)
  expect(computePullBytes({ ...facts, images: [there(backend), there(frontend)] })).toBe(0)
})
