import { expect, test } from 'vitest'
import { DrayError } from '../../src/errors/dray-error.ts'
import { shopAtV1 } from '../support/shop-world.ts'
import { release } from './support/run-release.ts'

test('a deploy that was cancelled and taken back exits with 130', async () => {
  const world = await shopAtV1()
  const cancel = new AbortController()
  world.host.when('up', () => cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.')))
  const { exitCode, stdout } = await release(world, { json: true, signal: cancel.signal })
  expect(exitCode).toBe(130)
  expect(stdout).toContain('"outcome":"cancelled"')
})

test.each([
  ['UNDO_FAILED', (world: Awaited<ReturnType<typeof shopAtV1>>) => world.host.failWhen('restore')],
  [
    'LOCK_LOST',
    (world: Awaited<ReturnType<typeof shopAtV1>>) => world.host.when('settled', () => world.host.loseLock()),
  ],
] as const)(
  'one that ends with %s after Ctrl-C says so, since an operator has to act',
  async (code, fail) => {
    const world = await shopAtV1()
    const cancel = new AbortController()
    world.host.when('up', () => cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.')))
    fail(world)
    const { exitCode, stdout } = await release(world, { json: true, signal: cancel.signal })
    expect(exitCode).toBe(4)
    expect(stdout).toContain(`"code":"${code}"`)
    expect(stdout).toContain('"outcome":"failed"')
  },
)

test('a failure after the record stays one, whenever Ctrl-C came', async () => {
  const world = await shopAtV1()
  const cancel = new AbortController()
  world.host.when('record', () => cancel.abort(new DrayError('CANCELLED', 'Stopped by Ctrl-C.')))
  world.host.failWhen('remove backend-1')
  const { exitCode, stdout } = await release(world, { json: true, signal: cancel.signal })
  expect(exitCode).toBe(4)
  expect(stdout).toContain('"code":"DOCKER_FAILED"')
})
