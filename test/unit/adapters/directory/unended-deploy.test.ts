import { spawn } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { observeApp } from '../../../../src/adapters/directory/observe-app.ts'
import { createReleaseArchive } from '../../../../src/adapters/directory/release-archive.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import type { CommandRunner } from '../../../../src/adapters/host/command-runner.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

const line = (release: string, event: string, fields: object = {}): string =>
  `${JSON.stringify({ version: 1, at: 1, release, event, ...fields })}\n`

const start = line('r9', 'deploy.started', { tag: 'v2', restores: 'r3', joins: { release: 'r9', from: 'b' } })
const plan = line('r9', 'plan.made', { steps: [{ step: 1, kind: 'place-files', title: '' }] })
const pull = line('r9', 'step.started', { step: 0, kind: 'pull-image' })
const place = line('r9', 'step.started', { step: 1, kind: 'place-files' })
const end = line('r9', 'deploy.finished', { outcome: 'failed' })

const appWith = (journal: string): Promise<string> =>
  temporaryApp({ '.dray/journal.ndjson': journal, '.dray/lock': '{}\n', '.env': '' })

test.each<[string, string, object | undefined]>([
  [
    'began to place files',
    start + plan + pull + place,
    { release: 'r9', tag: 'v2', restores: 'r3', joins: true },
  ],
  ['had placed no files', start + plan + pull, undefined],
  ['has ended', start + plan + pull + place + end, undefined],
  ['was followed by another one', start + place + line('r10', 'deploy.started'), undefined],
  ['is not in the journal', '', undefined],
])('status sees a deploy without an end: one that %s', async (_what, journal, interrupted) => {
  const docker = await temporaryApp({ docker: '#!/bin/sh\n' })
  await chmod(join(docker, 'docker'), 0o755)
  await using local = new LocalRunner()
  const env = { PATH: `${docker}:${process.env['PATH'] ?? ''}` }
  const run: CommandRunner['run'] = (argv, options) => local.run(argv, { ...options, env })
  const runner = { name: 'srv1', run } as CommandRunner
  const seen = await observeApp({ runner, path: await appWith(journal) })
  expect(seen.interrupted).toEqual(interrupted)
})

test('the history has the lock of an attempt without an end: free, held, or not asked for', async () => {
  await using runner = new LocalRunner()
  const path = await appWith(start + place)
  const isFree = async (at: string): Promise<boolean | undefined> =>
    (await createReleaseArchive({ runner, path: at }).read(20)).isLockFree
  expect(await isFree(path)).toBe(true)
  expect(await isFree(await appWith(start + place + end))).toBe(false)
  const holder = spawn('flock', [join(path, '.dray/lock'), 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    await once(holder.stdout, 'data')
    expect(await isFree(path)).toBe(false)
  } finally {
    holder.stdin.end()
    await once(holder, 'close')
  }
  expect(await isFree(path)).toBe(true)
})
