import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makePrivateDirectory, prefixOf } from '../../../../src/adapters/host/private-directory.ts'
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

/** The beginning of the name that another process of this PID namespace gives. */
const prefixFor = (purpose: string, pid: number | undefined): string =>
  prefixOf(purpose).replace(String(process.pid), String(pid))

describe('remains of other processes', () => {
  test('goes with the next one when their process was killed, and stays while it runs', async () => {
    const parent = await makeProject({})
    const alive = spawn('sleep', ['60'])
    const killed = spawn('sleep', ['60'])
    for (const { pid } of [alive, killed])
      await mkdir(join(parent, `${prefixFor('build', pid)}abcdef/docker`), { recursive: true })
    // The name of an SSH connection's directory.
    await mkdir(join(parent, `${prefixFor('c', killed.pid)}abcdef`))
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    await using directory = await makePrivateDirectory('edit', parent)
    const left = [`${prefixFor('build', alive.pid)}abcdef`, basename(directory.path)]
    alive.kill()
    expect(new Set(await readdir(parent))).toEqual(new Set(left))
  })

  test('of another PID namespace stay for a day, since their process cannot be seen', async () => {
    const ended = spawn('true')
    await once(ended, 'exit')
    const [fresh, old] = ['abcdef', 'fedcba'].map((end) => `dray-build-${String(ended.pid)}nzz-${end}`) as [
      string,
      string,
    ]
    const parent = await makeProject({ [`${fresh}/file`]: '', [`${old}/file`]: '' })
    const before = Date.now() / 1000 - 2 * 86_400
    await utimes(join(parent, old), before, before)
    await using directory = await makePrivateDirectory('build', parent)
    expect(new Set(await readdir(parent))).toEqual(new Set([fresh, basename(directory.path)]))
  })

  test.runIf(process.getuid?.() === 0)('stays when it is of another user, or has another name', async () => {
    const ended = spawn('true')
    await once(ended, 'exit')
    const names = [
      `${prefixFor('build', ended.pid)}abcdef`,
      `other-build-${String(ended.pid)}-abcdef`,
      'dray-build-abc',
    ]
    const parent = await makeProject(Object.fromEntries(names.map((name) => [`${name}/file`, ''])))
    await chown(join(parent, names[0] ?? ''), 1500, 1500)
    await using directory = await makePrivateDirectory('build', parent)
    expect(new Set(await readdir(parent))).toEqual(new Set([...names, basename(directory.path)]))
  })
})
