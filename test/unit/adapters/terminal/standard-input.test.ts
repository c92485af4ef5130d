import { expect, test } from 'vitest'
import { readAtMost } from '../../../../src/adapters/terminal/standard-input.ts'

test('endless input is refused', async () => {
  let given = 0
  async function* endless() {
    for (;;) {
      given += 1
      yield Buffer.alloc(1000)
    }
  }
  expect(await readAtMost(endless(), 10_000)).toBeUndefined()
  expect(given).toBe(11)
})

test('input at the limit is read whole', async () => {
  async function* parts() {
    yield Buffer.from('ab')
    yield Buffer.from('c')
  }
  expect(await readAtMost(parts(), 3)).toEqual(Buffer.from('abc'))
})
