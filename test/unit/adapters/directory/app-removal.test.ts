import { access, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createDirectoryRemoval } from '../../../../src/adapters/directory/app-removal.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import type { DirectoryRemoval } from '../../../../src/operations/remove/removal-host.ts'
import { temporaryApp, treeOf } from '../../../support/temporary-directory.ts'

async function withRemoval<T>(path: string, act: (removal: DirectoryRemoval) => Promise<T>): Promise<T> {
  await using runner = new LocalRunner()
  return await act(createDirectoryRemoval({ runner, path }))
}
const removeFrom = (path: string, files: readonly string[]) => withRemoval(path, (it) => it.remove(files))
const survey = (path: string, files: readonly string[] = []) => withRemoval(path, (it) => it.survey(files))

test('surveys the files, those that dray wrote, env files, and what stays', async () => {
  const path = await temporaryApp({
    'docker-compose.yml': 'services: {}\n',
    'docker-compose.override.yml': '# Written by dray at every deploy\n',
    '.dray-compose.yml': 'services: {}\n',
    '.env.before-1': 'A=1\n',
    '.git/config': '',
    '.dray/adopted/x.conf': 'mine',
    'data/mine': '',
  })
  const outside = join(dirname(path), 'outside')
  await mkdir(outside)
  await symlink(outside, join(path, 'nginx'))
  const files = [
    'docker-compose.yml',
    'docker-compose.override.yml',
    '.dray-compose.yml',
    'nginx/x',
    'gone/x',
  ]
  const found = await survey(path, files)
  expect([...found.hashes.keys()]).toEqual(files.slice(0, 3))
  expect(found).toMatchObject({
    written: files.slice(1, 3),
    envFiles: ['.env', '.env.before-1'],
    outside: ['nginx/'],
    unwritable: [],
    hasAdopted: true,
    hasRecords: false,
    isCheckout: true,
  })
  expect(found.entries).toContain('data')
})

test('removes the files, empty directories and the records, and nothing else', async () => {
  const path = await temporaryApp({
    'docker-compose.yml': 'x',
    'nginx/conf.d/-n.conf': 'x',
    'data/mine.txt': 'x',
    'data/it is.conf': 'x',
    '.dray/releases/r1/release.json': '{}',
    '.dray/releases/r10/release.json': '{}',
    '.dray/lock': '',
    '.env.before-1': 'A=1\n',
  })
  await removeFrom(path, ['docker-compose.yml', 'nginx/conf.d/-n.conf', 'data/it is.conf', 'gone/x'])
  expect(Object.keys(await treeOf(path)).sort()).toEqual(['.env', '.env.before-1', 'data/mine.txt'])
  const { entries, hasRecords } = await survey(path)
  expect(entries).toEqual(['.env', '.env.before-1', 'data'])
  expect(hasRecords).toBe(false)
})

test('keeps the copies of files that dray replaced', async () => {
  const path = await temporaryApp({ '.dray/adopted/nginx/x.conf': 'mine', '.dray/journal.ndjson': '{}' })
  await removeFrom(path, [])
  expect(await survey(path)).toMatchObject({ hasAdopted: true, hasRecords: false })
})

test('removes a link in the place of those copies, and directories among the records', async () => {
  const path = await temporaryApp({ '.dray/releases/r9/release.json': '{}' })
  await mkdir(join(path, '.dray/releases/r9/odd/deeper'), { recursive: true })
  await symlink('/nowhere', join(path, '.dray/adopted'))
  await removeFrom(path, [])
  expect((await survey(path)).entries).toEqual(['.env'])
})

test('follows no link out of the directory', async () => {
  const path = await temporaryApp()
  const outside = join(dirname(path), 'outside')
  await mkdir(join(outside, 'records'), { recursive: true })
  await writeFile(join(outside, 'x.conf'), 'x')
  await symlink(outside, join(path, 'nginx'))
  await removeFrom(path, ['nginx/x.conf'])
  await access(join(outside, 'x.conf'))
  await rm(join(path, '.dray'), { recursive: true, force: true })
  await symlink(join(outside, 'records'), join(path, '.dray'))
  await expect(removeFrom(path, [])).rejects.toMatchObject({ code: 'FILE_NOT_OURS' })
  await access(join(outside, 'records'))
})
