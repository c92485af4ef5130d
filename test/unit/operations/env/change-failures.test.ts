import { expect, test } from 'vitest'
import {
  hostsDiffer,
  isNowhere,
  notChanged,
  type Outcome,
} from '../../../../src/operations/env/change-failures.ts'
import { DrayError } from '../../../../src/errors/dray-error.ts'

const outcome = (host: string, state: Outcome['state'], its: Partial<Outcome> = {}): Outcome => ({
  host,
  state,
  hadFile: true,
  ...its,
})
const failure = new DrayError('DISK_FULL', 'The disk of b is full: changing .env failed.')
const writtenAtMs = Date.UTC(2026, 10, 23, 9, 5, 7)
const hintOf = (...outcomes: Outcome[]): string =>
  hostsDiffer(failure, outcomes, { environment: 'production', isRepeatable: false, writtenAtMs }).hint
const backup = '.env.before-20261123T090507Z'
const asks = 'Each shows what it changes, and asks.'

test('names `restore` without a copy only for a host that is known to have the new file', () => {
  expect(hintOf(outcome('a', 'put-back'), outcome('b', 'new'), outcome('c', 'old'))).toBe(
    `To have the old file everywhere: \`dray env production restore --host b\`. ${asks}`,
  )
})

test('says how to compare a host that may have either file', () => {
  expect(hintOf(outcome('a', 'new'), outcome('b', 'unknown'))).toBe(
    `To have the old file everywhere: \`dray env production restore --host a\`. ${asks} ` +
      'Compare first on b, when it answers: `dray env production restore --host b` names its newest copy, and asks. ' +
      `Confirm only for \`${backup}\` or a later one: with an older one, the host still has the old file.`,
  )
})

test('names the copy where the host said that it made one', () => {
  expect(hintOf(outcome('a', 'unknown', { backup }), outcome('b', 'other', { backup }))).toBe(
    `To have the old file everywhere: \`dray env production restore ${backup} --host a\`, ` +
      `\`dray env production restore ${backup} --host b\`. ${asks} ` +
      'A host that has no such copy has the old file already.',
  )
})

test('restores nothing where there was no file, or where another process wrote it', () => {
  expect(hintOf(outcome('a', 'new', { hadFile: false }), outcome('b', 'other'), outcome('c', 'old'))).toBe(
    'There was no .env on a: if it is there, remove it. Another process wrote .env on b: read it before you change it.',
  )
})

test('a third file is a change only where the old one could not be put back', () => {
  const third = [outcome('a', 'put-back'), outcome('b', 'other')]
  expect(isNowhere(third)).toBe(true)
  expect(isNowhere([outcome('a', 'old'), outcome('b', 'other', { failure })])).toBe(false)
  for (const state of ['new', 'unknown'] as const)
    expect(isNowhere([...third, outcome('c', state)])).toBe(false)
  expect(notChanged(failure, [outcome('a', 'other'), outcome('b', 'other')])).toMatchObject({
    message: 'The disk of b is full: changing .env failed. .env is a file of another process on a, b.',
  })
})
