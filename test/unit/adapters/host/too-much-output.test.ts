import { expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../../../src/adapters/host/child.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import { PersistentShell, persistentShellCommand } from '../../../../src/adapters/host/persistent-shell.ts'

test.each([
  [undefined, '16 MiB'],
  [1000, '1000 bytes'],
])('a command that prints without end is ended at a limit of %s', async (mostBytes, limit) => {
  await using runner = new LocalRunner()
  const running = runner.run(['yes'], mostBytes === undefined ? {} : { mostBytes })
  await expect(running).rejects.toMatchObject({
    code: 'HOST_COMMAND_FAILED',
    exitCode: 3,
    message: `yes printed more than ${limit}, and was ended.`,
  })
})

test('error output has a limit too', async () => {
  await using runner = new LocalRunner()
  await expect(runner.run(['sh', '-c', 'exec yes >&2'])).rejects.toMatchObject({
    code: 'HOST_COMMAND_FAILED',
    message: 'sh -c printed more than 8 MiB, and was ended.',
  })
  const { ended } = runner.open(['sh', '-c', 'exec yes >&2'])
  expect((await ended).exitCode).toBe(143)
})

test('output up to the limit is whole', async () => {
  await using runner = new LocalRunner()
  const { stdout } = await runner.run(['printf', 'x'.repeat(1000)], { mostBytes: 1000 })
  expect(stdout).toBe('x'.repeat(1000))
})

test.each([
  [undefined, '16 MiB'],
  [1000, '1000 bytes'],
])('a command in the persistent shell ends it at a limit of %s', async (mostBytes, limit) => {
  const child = startChild('sh', ['-c', persistentShellCommand])
  onTestFinished(() => child.end())
  const shell = new PersistentShell(child)
  expect(await shell.take()).toBe(true)
  const flood = { title: 'A command on srv1', command: 'exec yes', input: new Uint8Array(), mostBytes }
  await expect(shell.run(flood, () => undefined)).rejects.toMatchObject({
    code: 'HOST_COMMAND_FAILED',
    message: `A command on srv1 printed more than ${limit}, and was ended.`,
  })
  // At once, before it has ended: another command would fail with it.
  expect(await shell.take()).toBe(false)
})

test('of error output of a command that stays open, the end is kept', async () => {
  await using runner = new LocalRunner()
  const { stream, ended } = runner.open(['sh', '-c', 'yes | head -c 7000000 >&2; echo last >&2'])
  stream.resume()
  const { stderr } = await ended
  expect(stderr.endsWith('y\nlast\n')).toBe(true)
  expect(stderr.length).toBeLessThan(3 * 1024 ** 2)
})
