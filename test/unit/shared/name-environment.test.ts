import { expect, test } from 'vitest'
import { nameEnvironment } from '../../../src/shared/name-environment.ts'

test.each([
  [
    'Run `dray env ENVIRONMENT unset A`, or `dray plan ENVIRONMENT`.',
    'Run `dray env p$1 unset A`, or `dray plan p$1`.',
  ],
  ['Set ENVIRONMENT, or `echo ENVIRONMENT`, or `dray x MY_ENVIRONMENT`.', undefined],
])('the commands of %j name the environment', (hint, named) => {
  expect(nameEnvironment(hint, 'p$1')).toBe(named ?? hint)
  expect(nameEnvironment(hint, undefined)).toBe(hint)
})
