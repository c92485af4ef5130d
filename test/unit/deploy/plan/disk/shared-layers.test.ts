import { expect, test } from 'vitest'
import { findMissingLayers, observeLayers } from '../../../../../src/deploy/plan/disk/shared-layers.ts'
import type { LocalImage, ResolvedImage } from '../../../../../src/deploy/model/ports.ts'
import { fakeDigest, fakeResolved } from '../../../../support/fake-app.ts'

const image = (...unpacked: (string | undefined)[]): Pick<ResolvedImage, 'layers'> => ({
  layers: unpacked.map((it, index) => ({
    digest: fakeDigest(`${it ?? 'unknown'}${index}`),
    sizeBytes: 10 ** index,
    ...(it !== undefined && { unpackedDigest: it }),
  })),
})
const missing = (wanted: Pick<ResolvedImage, 'layers'>, ...there: string[][]): number[] =>
  findMissingLayers(wanted, there).map(({ sizeBytes }) => sizeBytes)

test('the lowest layers that an image on the host has are not missing', () => {
  expect(missing(image('base', 'modules', 'app2'), ['base', 'modules', 'app1'])).toEqual([100])
  expect(missing(image('base', 'modules', 'app2'), ['base', 'other'], ['base', 'modules'])).toEqual([100])
  expect(missing(image('base', 'app'), ['base', 'app', 'more'])).toEqual([])
})

test('a layer on top of another one is, and one of unknown content', () => {
  expect(missing(image('base2', 'modules'), ['base', 'modules'])).toEqual([1, 10])
  expect(missing(image('base', undefined), ['base', 'app'])).toEqual([10])
  expect(missing(image('base', 'app'))).toEqual([1, 10])
})

test('an empty layer that an image has twice counts once, as in the manifest', () => {
  expect(missing(image('base', 'empty', 'app2'), ['base', 'empty', 'empty', 'app1'])).toEqual([100])
})

test('images of the same repositories are read first, at most 24, and none if all are there', async () => {
  const asked: string[] = []
  const engine = {
    imageLayers: async (id: string) => {
      asked.push(id)
      return []
    },
  }
  const local = (id: string, digests: string[]): LocalImage => ({
    id,
    digests,
    tags: [],
    sizeBytes: 1,
    createdAtMs: 0,
  })
  const images = [
    ...Array.from({ length: 30 }, (_, index) => local(`other ${index}`, [])),
    local('old', [`ghcr.io/acme/web@${fakeDigest('v1')}`]),
  ]
  expect(await observeLayers({ resolved: [fakeResolved('ghcr.io/acme/web:v1')], images }, engine)).toEqual([])
  expect(asked).toEqual([])
  await observeLayers({ resolved: [fakeResolved('ghcr.io/acme/web:v2')], images }, engine)
  expect(asked).toHaveLength(24)
  expect(asked[0]).toBe('old')
})
