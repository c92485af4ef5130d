import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startChild } from '../../../../src/adapters/host/child.ts'
import { PersistentShell, persistentShellCommand } from '../../../../src/adapters/host/persistent-shell.ts'

const nothing = new Uint8Array()
const ignore = (): void => undefined

/** A shell that is taken, and so ready. */
async function startPersistentShell(): Promise<PersistentShell> {
  const child = startChild('sh', ['-c', persistentShellCommand])
  onTestFinished(async () => {
    child.process.stdin.end()
    await child.ended
  })
  const runner = new PersistentShell(child)
  expect(await runner.take()).toBe(true)
  return runner
}

function asked(command: string, input: Uint8Array = nothing) {
  return { title: 'A command', command, input }
}

test('commands come one after the other, each with its own output, exit code and input', async () => {
  const runner = await startPersistentShell()
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256)
  expect(await runner.run(asked(`exec sh -c 'echo out; echo err >&2; exit 3'`), ignore)).toEqual({
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  })
  expect((await runner.run(asked('exec wc -c', bytes), ignore)).stdout.trim()).toBe('100000')
  expect(await runner.run(asked('exec cat'), ignore)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  expect((await runner.run(asked('exec no-such-program'), ignore)).exitCode).toBe(127)
})

test('output that looks like a mark, or comes in pieces, is output', async () => {
  const runner = await startPersistentShell()
  const printed = `exec sh -c 'printf "\\n@@dray-end x 0\\n"; sleep 0.1; printf "no newline"'`
  expect((await runner.run(asked(printed), ignore)).stdout).toBe('\n@@dray-end x 0\nno newline')
  const long = await runner.run(asked(`exec sh -c 'head -c 3000000 /dev/zero | tr "\\0" x'`), ignore)
  expect(long.stdout).toBe('x'.repeat(3_000_000))
})

test("late output of a background process is not part of the next command's output", async () => {
  const runner = await startPersistentShell()
  const directory = await mkdtemp(join(tmpdir(), 'dray-shell-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await runner.run(asked(`exec sh -c '(sleep 0.1; echo late; : > ${directory}/said) & echo now'`), ignore)
  await expect.poll(() => existsSync(join(directory, 'said'))).toBe(true)
  expect((await runner.run(asked('exec echo next'), ignore)).stdout).toBe('next\n')
})

test('reports the process id of a command as soon as it is known', async () => {
  const runner = await startPersistentShell()
  let tell: (id: string) => void = ignore
  const told = new Promise<string>((resolve) => (tell = resolve))
  const command = `exec setsid sh -c 'echo "dray-process $$" >&2; exec sleep 1000'`
  const running = runner.run(asked(command), tell)
  expect(await runner.take()).toBe(false)
  process.kill(-Number(await told), 'SIGTERM')
  expect(await running).toMatchObject({ exitCode: 143, stdout: '' })
  expect(await runner.take()).toBe(true)
})

test('a shell that ends fails the command, and takes no more', async () => {
  const child = startChild('sh', ['-c', persistentShellCommand])
  const dying = new PersistentShell(child)
  expect(await dying.take()).toBe(true)
  const running = dying.run(asked('exec sleep 1000'), ignore)
  child.end()
  await expect(running).rejects.toMatchObject({ code: 'HOST_COMMAND_FAILED', exitCode: 3 })
  expect(await dying.take()).toBe(false)
})

test('where a program is missing that it takes, it is not taken', async () => {
  const child = startChild('env', ['PATH=/nowhere', '/bin/sh', '-c', persistentShellCommand])
  expect(await new PersistentShell(child).take()).toBe(false)
})
