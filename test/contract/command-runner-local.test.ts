import { expect, test } from 'vitest'
import { LocalRunner } from '../../src/adapters/host/local-runner.ts'
import { shellContract } from './command-runner-contract.ts'

shellContract('this machine', () => Promise.resolve(new LocalRunner()))

test('the local runner starts nothing after it was closed', async () => {
  const runner = new LocalRunner()
  await runner[Symbol.asyncDispose]()
  const over = { code: 'CANCELLED' }
  await expect(runner.run(['true'])).rejects.toMatchObject(over)
  expect(() => runner.open(['cat'])).toThrow(expect.objectContaining(over))
  await expect(runner.dial('127.0.0.1', 9)).rejects.toMatchObject(over)
  await expect(runner.dialSocket('/no/such/socket')).rejects.toMatchObject(over)
  expect(runner.commandsRun).toBe(0)
})
