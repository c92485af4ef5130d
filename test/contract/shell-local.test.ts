import { expect, test } from 'vitest'
import { LocalShell } from '../../src/adapters/host/local-shell.ts'
import { shellContract } from './shell-contract.ts'

shellContract('this machine', () => Promise.resolve(new LocalShell()))

test('this machine starts nothing any more for what goes on after its end', async () => {
  const shell = new LocalShell()
  await shell[Symbol.asyncDispose]()
  const over = { code: 'CANCELLED' }
  await expect(shell.run(['true'])).rejects.toMatchObject(over)
  expect(() => shell.open(['cat'])).toThrow(expect.objectContaining(over))
  await expect(shell.dial('127.0.0.1', 9)).rejects.toMatchObject(over)
  await expect(shell.dialSocket('/no/such/socket')).rejects.toMatchObject(over)
  expect(shell.commandsRun).toBe(0)
})
