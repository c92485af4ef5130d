import { expect, test } from 'vitest'
import { DrayError } from '../../../../src/errors/dray-error.ts'
import { shopAtV1 } from '../../../support/shop-world.ts'

/** A pull that ends so, the first `times`. */
async function pullsOf(failure: DrayError, times: number) {
  const world = await shopAtV1()
  let pulls = 0
  world.host.when('pull', () => {
    pulls += 1
    if (pulls <= times) throw failure
  })
  return { world, pulls: () => pulls }
}

const passing = new DrayError('PULL_FAILED', 'The network closed the connection.', { temporary: true })

test('a pull that ended with a temporary failure is started again', async () => {
  const { world, pulls } = await pullsOf(passing, 2)
  expect(await world.deploy()).toMatchObject({ unchanged: false })
  expect(pulls()).toBe(3)
})

test('a failure that does not pass fails the deploy, with nothing changed', async () => {
  const { world, pulls } = await pullsOf(passing, 9)
  expect(await world.failure()).toMatchObject({ code: 'PULL_FAILED' })
  expect(pulls()).toBe(3)
  expect(world.host.running).toContain('backend:v1')
})

test('a permanent failure is not retried', async () => {
  const { world, pulls } = await pullsOf(new DrayError('TAG_NOT_FOUND', 'There is no such image.'), 1)
  expect(await world.failure()).toMatchObject({ code: 'TAG_NOT_FOUND' })
  expect(pulls()).toBe(1)
})
