import { describe, expect, test } from 'vitest'
import type { LocalImage } from '../../../../src/deploy/model/ports.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { unneededImageNames } from '../../../../src/deploy/plan/retention.ts'

const repository = 'ghcr.io/acme/shop'
const pinned = (letter: string) => `${repository}@sha256:${letter.repeat(64)}`
const kept = (letter: string, project: string) => `${repository}:dray-${project}-${letter.repeat(12)}`

const image = (letter: string, ...tags: string[]): LocalImage => ({
  id: letter,
  digests: [pinned(letter)],
  tags,
  sizeBytes: 1,
  createdAtMs: 0,
})

const release = (id: string, letter: string) =>
  ({ id, services: { app: { image: pinned(letter) } } }) as unknown as Release

const unneeded = (images: readonly LocalImage[], known: readonly Release[] = []) =>
  unneededImageNames({ project: 'shop', images, needed: [pinned('c')], kept: [], known })

describe('of the images on a host', () => {
  test('one that only a dropped release ran goes, with the tag that kept it', () => {
    const old = image('a', kept('a', 'shop'))
    expect(unneeded([old], [release('r1', 'a')])).toEqual([kept('a', 'shop'), pinned('a')])
  })

  test('one that was pulled by a deploy that failed goes', () => {
    expect(unneeded([image('b', kept('b', 'shop'))])).toEqual([kept('b', 'shop')])
  })

  test('one that is kept for a neighbour with the same repository stays', () => {
    expect(unneeded([image('b', kept('b', 'shop-2'))])).toEqual([])
  })

  test('one that both kept stays for the neighbour, by the name it runs by', () => {
    const both = image('a', kept('a', 'shop'), kept('a', 'neighbour'))
    expect(unneeded([both], [release('r1', 'a')])).toEqual([kept('a', 'shop')])
  })

  test('one that people tagged keeps their tag', () => {
    const tagged = image('a', `${repository}:mine`, kept('a', 'shop'))
    expect(unneeded([tagged], [release('r1', 'a')])).toEqual([kept('a', 'shop'), pinned('a')])
  })

  test('images of the new release stay', () => {
    expect(unneeded([image('c', kept('c', 'shop'))], [release('r1', 'c')])).toEqual([])
  })
})
