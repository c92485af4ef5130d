import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findLeftOut } from '../../../../src/adapters/source/find-left-out.ts'
import { makeProject } from '../../../support/make-project.ts'

const run = promisify(execFile)

test('entries of which nothing is shipped, each with the reason', async () => {
  const directory = await makeProject({
    '.gitignore': 'dist/\n',
    'config/app.conf': 'x',
    'config/.env.prod': 'x',
    'dist/a.js': 'x',
    'only/prod.env': 'x',
    'key.pem': '-----BEGIN RSA PRIVATE KEY-----\nx',
    '.env': 'A=1',
  })
  await run('git', ['-C', directory, 'init', '-q'])
  const link = (target: string, path: string) => symlink(target, join(directory, path))
  await Promise.all([link('.env', 'app.cfg'), link('.git/config', 'git.cfg'), link('/etc/hosts', 'hosts')])
  const never = 'env files, logins of tools and what is below .git are never shipped'
  const reasons = {
    'config/.env.prod': never,
    '.git/config': never,
    'app.cfg': `app.cfg leads to .env, and ${never}`,
    'git.cfg': `git.cfg leads to .git/config, and ${never}`,
    hosts: "hosts is a link to outside the app's directory",
    'dist/**': 'git ignores dist/a.js',
    '*.pem': 'key.pem is a private key',
  }
  const shipped = ['config', 'config/*', '.', 'gone/.env', 'gone', 'con*/*']
  const leftOut = await findLeftOut(directory, { include: [...Object.keys(reasons), ...shipped] })
  const found = Object.fromEntries(leftOut.map(({ entry, reason }) => [entry, reason]))
  expect(found).toEqual(reasons)
})

test('mounted files that are private, or lead to a private file, each with the reason', async () => {
  const directory = await makeProject({
    '.gitignore': 'data/\n',
    'conf/app.conf': 'x',
    'conf/skipped.cfg': 'x',
    'data/db': 'x',
    'prod.env': 'x',
    '.env': 'A=1',
  })
  await run('git', ['-C', directory, 'init', '-q'])
  const link = (target: string, path: string) => symlink(target, join(directory, path))
  await Promise.all([
    link('.env', 'app.cfg'),
    link('../.env', 'conf/inner.cfg'),
    link('../prod.env', 'conf/other.cfg'),
    link('app.conf', 'conf/harmless.conf'),
  ])
  const mounted = ['app.cfg', 'conf', 'data', 'prod.env', '.env', 'gone.env', 'gone', '.', '../shared']
  const leftOut = await findLeftOut(directory, { exclude: ['conf/other.cfg'], mounted })
  const never = 'env files, logins of tools and what is below .git are never shipped'
  expect(leftOut).toEqual([
    { entry: 'app.cfg', reason: `it leads to .env, and ${never}`, isMounted: true },
    { entry: 'conf/inner.cfg', reason: `it leads to .env, and ${never}`, isMounted: true },
    { entry: 'prod.env', reason: never, isMounted: true },
    { entry: '.env', reason: never, isMounted: true },
  ])
})
