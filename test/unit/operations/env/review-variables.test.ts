import { expect, test } from 'vitest'
import { reviewVariables, type ReviewInput } from '../../../../src/operations/env/review-variables.ts'

const review = (input: Partial<ReviewInput>) =>
  Object.fromEntries(
    reviewVariables({
      listing: { isThere: false },
      example: [],
      compose: [],
      envFileServices: [],
      deployTime: ['IMAGE_TAG'],
      ...input,
    }).map(({ name, state, verdict }) => [name, `${state}: ${verdict}`]),
  )

const listing = {
  isThere: true,
  mode: '600',
  variables: [
    { name: 'SET', isEmpty: false },
    { name: 'EMPTY', isEmpty: true },
    { name: 'OLD', isEmpty: false },
    { name: 'IMAGE_TAG', isEmpty: false },
  ],
} as const
const compose = [
  { name: 'NEEDED', required: false },
  { name: 'NEEDED', required: true },
  { name: 'DEFAULTED', required: false },
  { name: 'REGISTRY_OWNER', required: true },
]

test('lists missing, empty, unused and defaulted variables', () => {
  const example = ['SET', 'EMPTY', 'WANTED']
  expect(review({ listing, example, compose, deployTime: ['IMAGE_TAG', 'REGISTRY_OWNER'] })).toEqual({
    SET: 'set: ok',
    EMPTY: 'empty: empty',
    WANTED: 'missing: missing',
    NEEDED: 'missing: missing',
    DEFAULTED: 'missing: default',
    OLD: 'set: unused',
    IMAGE_TAG: 'set: at-deploy',
  })
})

test('calls nothing unused if a service reads all of .env', () => {
  const input = { listing, example: ['SET'], compose: [{ name: 'IMAGE_TAG', required: true }] }
  expect(review({ ...input, envFileServices: ['api'] })).toMatchObject({
    SET: 'set: ok',
    OLD: 'set: unlisted',
    EMPTY: 'empty: empty',
  })
})

test('without a .env.example nothing is called unused', () => {
  expect(review({ listing, example: undefined })).toMatchObject({ SET: 'set: ok', OLD: 'set: ok' })
  expect(review({ listing, example: undefined, envFileServices: ['api'] })).toMatchObject({ OLD: 'set: ok' })
})

test('without a .env everything that the others name is missing', () => {
  expect(review({ example: ['A'], compose: [{ name: 'B', required: true }] })).toEqual({
    A: 'missing: missing',
    B: 'missing: missing',
  })
})
