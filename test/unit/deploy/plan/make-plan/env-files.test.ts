import { beforeEach, expect, test } from 'vitest'
import { fakeApp, fakeService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

const app = fakeApp([fakeService('backend')])
let world: FakeWorld

beforeEach(() => {
  world = new FakeWorld(app)
})

test('warns of lines that Compose reads otherwise than meant', async () => {
  world.host.envFile = {
    ...world.host.envFile,
    oddLines: [
      { file: '.env', line: 4, kind: 'dollar', variable: 'KEY' },
      { file: 'deep/app.env', line: 7, kind: 'statement' },
    ],
  }
  const { warnings } = await world.plan()
  expect(warnings).toContain(
    'KEY in line 4 of .env on srv has a `$` that Compose replaces, so the app gets another value. Put the value in single quotes.',
  )
  expect(warnings).toContain('Line 7 of deep/app.env on srv sets nothing: it is not NAME=value.')
})

test('a rollback says which values have changed since', async () => {
  await world.deploy()
  world.files = { 'nginx/conf.d/app.conf': 'server { listen 2; }' }
  await world.deploy()
  expect((await world.planRollback()).notUndone).toEqual([
    '.env is not rolled back; it has the same variables and values as in r1',
  ])
  world.host.envFile = {
    ...world.host.envFile,
    variables: ['DATABASE_URL', 'KEY'],
    valueHashes: { DATABASE_URL: 'other hash', KEY: 'hash' },
  }
  expect((await world.planRollback()).notUndone).toEqual([
    '.env is not rolled back; since r1 it gained KEY and changed the value of DATABASE_URL',
  ])
})

test('a rollback to a release without hashes compares names', async () => {
  world.host.envFile = { mode: '600', variables: ['A'], readableByOthers: false }
  await world.deploy()
  world.files = { 'nginx/conf.d/app.conf': 'server { listen 2; }' }
  await world.deploy()
  world.host.envFile = { ...world.host.envFile, valueHashes: { A: 'hash' } }
  expect((await world.planRollback()).notUndone).toEqual([
    '.env is not rolled back; it has the same variables as in r1',
  ])
})
