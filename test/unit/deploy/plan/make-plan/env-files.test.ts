import { beforeEach, expect, test } from 'vitest'
import { fakeApp, fakeService } from '../../../../support/fake-app.ts'
import { Secret } from '../../../../../src/shared/secrets/secret.ts'
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

test('a rollback says which values have changed on which host: each has its own, and its own key', async () => {
  world = new FakeWorld(app, ['a', 'b', 'c'])
  const [, b] = world.hosts
  b!.envFile = {
    ...b!.envFile,
    variables: ['DATABASE_URL', 'B'],
    valueHashes: { DATABASE_URL: 'of b', B: '1' },
  }
  await world.deploy()
  world.files = { 'nginx/conf.d/app.conf': 'server { listen 2; }' }
  await world.deploy()
  expect((await world.planRollback()).notUndone).toEqual([
    '.env is not rolled back; it has the same variables and values as in r1',
  ])
  b!.envFile = { ...b!.envFile, variables: ['DATABASE_URL'], valueHashes: { DATABASE_URL: 'other' } }
  expect((await world.planRollback()).notUndone).toEqual([
    '.env on a, c is not rolled back; it has the same variables and values as in r1',
    '.env on b is not rolled back; since r1 it lost B and changed the value of DATABASE_URL',
  ])
})

test('on a host that joined after the release, a rollback compares the names', async () => {
  world = new FakeWorld(app, ['a', 'b'])
  await world.deploy()
  world.files = { 'nginx/conf.d/app.conf': 'server { listen 2; }' }
  await world.deploy()
  const [, b] = world.hosts
  b!.releases = b!.releases.filter(({ id }) => id !== 'r1')
  b!.envFile = { ...b!.envFile, variables: ['DATABASE_URL', 'B'] }
  expect((await world.planRollback()).notUndone).toEqual([
    '.env on a is not rolled back; it has the same variables and values as in r1',
    '.env on b is not rolled back; since r1 it gained B',
  ])
})

test('a rollback compares no values if the key of the hashes was lost', async () => {
  await world.deploy()
  world.files = { 'nginx/conf.d/app.conf': 'server { listen 2; }' }
  await world.deploy()
  world.host.envFile = {
    ...world.host.envFile,
    valueHashes: { DATABASE_URL: 'under another key' },
    newHashKey: new Secret('another key'),
  }
  expect((await world.planRollback()).notUndone).toEqual([
    '.env is not rolled back; it has the same variables as in r1',
  ])
})
