import { expect, test } from 'vitest'
import { findNearest, sortByNearness } from '../../../src/shared/nearest.ts'

test('a missing, added, wrong or swapped letter is near', () => {
  const names = ['environments', 'registry', 'tasks']
  for (const word of ['enviroments', 'environmentss', 'environmints', 'enviornments', 'Environments']) {
    expect(findNearest(word, names)).toBe('environments')
  }
})

test('swapped letters of a short word are near, other letters are not', () => {
  expect(findNearest('tets', ['host', 'test'])).toBe('test')
  expect(findNearest('hots', ['test', 'host'])).toBe('host')
  expect(findNearest('host', ['test'])).toBeUndefined()
})

test('another word is not near', () => {
  expect(findNearest('volumes', ['environments', 'registry', 'tasks'])).toBeUndefined()
  expect(findNearest('x', [])).toBeUndefined()
})

test('names are sorted with the nearest first', () => {
  expect(sortByNearness('tets', ['production', 'test', 'tent'])[0]).toBe('test')
})

test('a word that was cut short is the one that begins so', () => {
  expect(sortByNearness('prod', ['test', 'prob', 'production'])[0]).toBe('production')
  expect(findNearest('env', ['environments', 'registry'])).toBe('environments')
})
