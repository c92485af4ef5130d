import { execFileSync } from 'node:child_process'
import { chmod, mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { observeApp } from '../../../../src/adapters/directory/observe-app.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

test.each<[string, (path: string, elsewhere: string) => Promise<unknown>]>([
  ['.dray', async (path, elsewhere) => symlink(elsewhere, join(path, '.dray'))],
  ['.dray/releases', async (path, elsewhere) => linkIn(path, '.dray/releases', join(elsewhere, 'releases'))],
  [
    '.dray/releases/r7',
    async (path, elsewhere) => linkIn(path, '.dray/releases/r7', join(elsewhere, 'releases/r7')),
  ],
  [
    '.dray/releases/r7/release.json',
    async (path, elsewhere) => linkIn(path, '.dray/releases/r7/release.json', join(elsewhere, 'secret')),
  ],
  ['.dray/releases/r7/release.json', async (path) => makePipe(path, '.dray/releases/r7/release.json')],
])(
  'status reads nothing through %s if a container made a link or a pipe of it, and says so',
  async (place, attack) => {
    const docker = await temporaryApp({ docker: '#!/bin/sh\n' })
    await chmod(join(docker, 'docker'), 0o755)
    await using local = new LocalRunner()
    const env = { PATH: `${docker}:${process.env['PATH'] ?? ''}` }
    const run: CommandRunner['run'] = (argv, options) => local.run(argv, { ...options, env })
    const runner = { name: 'srv1', run } as CommandRunner
    const elsewhere = await temporaryApp({
      secret: 'hunter2',
      'releases/r7/release.json': '{"project": "hunter2"}',
    })
    const path = await temporaryApp({ '.env': '' })
    await attack(path, elsewhere)
    await expect(observeApp({ runner, path })).rejects.toMatchObject({
      code: 'FILE_NOT_OURS',
      exitCode: 3,
      message: expect.stringContaining(
        `${place} in ${path} on srv1 is not a plain file or directory`,
      ) as string,
    })
    await rm(join(path, '.dray'), { recursive: true })
    expect(await observeApp({ runner, path })).toMatchObject({ release: undefined })
  },
)

async function linkIn(path: string, place: string, target: string): Promise<void> {
  await mkdir(join(path, place, '..'), { recursive: true })
  await symlink(target, join(path, place))
}

async function makePipe(path: string, place: string): Promise<void> {
  await mkdir(join(path, place, '..'), { recursive: true })
  execFileSync('mkfifo', [join(path, place)])
}
