import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePrivateDirectory } from '../../../../src/adapters/host/private-directory.ts'
import { makeProject } from '../../../support/make-project.ts'

test('has mode 700, and is deleted with its content on disposal', async () => {
  const parent = await makeProject({})
  const directory = await makePrivateDirectory('ssh', parent)
  expect(dirname(directory.path)).toBe(parent)
  expect((await stat(directory.path)).mode & 0o777).toBe(0o700)
  await writeFile(join(directory.path, 'key'), 'a key')
  await directory[Symbol.asyncDispose]()
  expect(await readdir(parent)).toEqual([])
})

test('is in memory where the machine has a tmpfs, even when the runner gives none', async () => {
  await using directory = await makePrivateDirectory('ssh', '')
  expect(dirname(directory.path)).toBe('/dev/shm')
})

describe('remains of other processes', () => {
  test('goes with the next one when their process was killed, and stays while it runs', async () => {
    const parent = await makeProject({})
    const alive = spawn('sleep', ['60'])
    const killed = spawn('sleep', ['60'])
    for (const { pid } of [alive, killed])
      await mkdir(join(parent, `dray-build-${String(pid)}-abcdef/docker`), { recursive: true })
    // The name of an SSH connection's directory.
    await mkdir(join(parent, `dray-c-${String(killed.pid)}-abcdef`))
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    await using directory = await makePrivateDirectory('edit', parent)
    const left = [`dray-build-${String(alive.pid)}-abcdef`, basename(directory.path)]
    alive.kill()
    expect(new Set(await readdir(parent))).toEqual(new Set(left))
  })

  test.runIf(process.getuid?.() === 0)('stays when it is of another user, or has another name', async () => {
    const ended = spawn('true')
    await once(ended, 'exit')
    const names = [
      `dray-build-${String(ended.pid)}-abcdef`,
      `other-build-${String(ended.pid)}-abcdef`,
      'dray-build-abc',
    ]
    const parent = await makeProject(Object.fromEntries(names.map((name) => [`${name}/file`, ''])))
    await chown(join(parent, names[0] ?? ''), 1500, 1500)
    await using directory = await makePrivateDirectory('build', parent)
    expect(new Set(await readdir(parent))).toEqual(new Set([...names, basename(directory.path)]))
  })
})
