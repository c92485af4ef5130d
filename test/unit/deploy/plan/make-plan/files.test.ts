import { expect, test } from 'vitest'
import { findChangedFiles } from '../../../../../src/deploy/plan/file-changes.ts'
import type { HostObservation } from '../../../../../src/deploy/model/observation.ts'
import { DrayError } from '../../../../../src/errors/dray-error.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeService, withService } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'
import { planToText } from '../../../../support/plan-to-text.ts'

const shop = fakeApp([fakeService('backend'), fakeProxy()])
const inDirectory = 'nginx/conf.d/app.conf'

async function deployed(app = shop): Promise<FakeWorld> {
  const world = new FakeWorld(app)
  await world.deploy()
  return world
}

test('a changed file of the proxy reloads it and touches no container', async () => {
  const world = await deployed()
  world.files = { [inDirectory]: 'server { listen 81; }' }
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files nginx/conf.d/app.conf (1 of 3 files differ)
    test-proxy nginx: nginx -t (before anything is started)
    switch-traffic nginx to (nginx/conf.d/app.conf changed)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 (archived releases for rollback: 2)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left backend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a plan stays short when a thousand files of the proxy changed', async () => {
  const world = await deployed()
  world.files = Object.fromEntries(
    Array.from({ length: 1_000 }, (_, index) => [`nginx/conf.d/${String(index).padStart(4, '0')}.conf`, '']),
  )
  expect((await world.plan()).steps.map(({ kind, cause }) => `${kind}: ${cause}`)).toContain(
    'switch-traffic: nginx/conf.d/0000.conf, nginx/conf.d/0001.conf, nginx/conf.d/0002.conf and 998 more changed',
  )
})

test('a changed file of another service rolls that service', async () => {
  const mounts = [{ path: 'settings.yml', target: '/settings.yml' }]
  const world = new FakeWorld(fakeApp([fakeService('backend', { mounts }), fakeProxy()]))
  world.files = { 'settings.yml': 'a: 1', [inDirectory]: 'server {}' }
  await world.deploy()
  world.files = { ...world.files, 'settings.yml': 'a: 2' }
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files settings.yml in-place:settings.yml (1 of 4 files differ)
    start-beside backend 1+1 (its configuration, .env or a mounted file changed)
    wait-healthy backend (before receiving traffic)
    switch-traffic nginx to backend (containers of backend change)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    stop-old backend-1 (replaced)
    check-url http://localhost:80/ below 500 (without the old containers)
    record-release r2 (archived releases for rollback: 2)
    remove-old backend-1 (the new release is recorded)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left nginx (same image and configuration)"
  `)
})

test('a file without a mount is placed, and nothing else happens', async () => {
  const world = await deployed()
  world.files = { ...world.files, 'scripts/backup.sh': 'echo' }
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files scripts/backup.sh (1 of 4 files differ)
    check-url http://localhost:80/ below 500 (before the release is recorded)
    record-release r2 (archived releases for rollback: 2)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left backend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a file with a mount of its own is written in place, unless it is new', async () => {
  const proxy = fakeProxy({
    mounts: [
      { path: 'nginx.conf', target: '/etc/nginx/nginx.conf' },
      { path: 'new.conf', target: '/etc/nginx/new.conf' },
    ],
  })
  const world = new FakeWorld(fakeApp([fakeService('backend'), proxy]))
  world.files = { 'nginx.conf': 'http {}' }
  await world.deploy()
  world.files = { 'nginx.conf': 'http { }', 'new.conf': '' }
  const place = (await world.plan()).steps.find((step) => step.kind === 'place-files')
  expect(place).toMatchObject({ changed: ['nginx.conf', 'new.conf'], inPlace: ['nginx.conf'] })
})

test('a file that is no longer part of the app is removed, if dray had put it there', async () => {
  const world = new FakeWorld(shop)
  world.files = { [inDirectory]: 'server {}', 'nginx/conf.d/old.conf': 'server {}' }
  await world.deploy()
  world.files = { [inDirectory]: 'server {}' }
  world.host.files.set('nginx/conf.d/by-hand.conf', 'server {}')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files -nginx/conf.d/old.conf (1 no longer part of the app)
    test-proxy nginx: nginx -t (before anything is started)
    switch-traffic nginx to (nginx/conf.d/old.conf changed)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 (archived releases for rollback: 2)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left backend (same image and configuration)
    left nginx (same image and configuration)"
  `)
})

test('a file that was changed by hand on the host is put right', async () => {
  const world = await deployed()
  world.host.files.set(inDirectory, 'server { return 418; }')
  expect(planToText(await world.plan())).toMatchInlineSnapshot(`
    "r2
    place-files nginx/conf.d/app.conf adopt:nginx/conf.d/app.conf (1 of 3 files differ)
    test-proxy nginx: nginx -t (before anything is started)
    switch-traffic nginx to (nginx/conf.d/app.conf changed)
    check-url http://localhost:80/ below 500 (before the old containers are stopped)
    record-release r2 -r1 (archived releases for rollback: 1)
    verify-release backend:v1=1, nginx:alpine=1 (before success is reported)
    left backend (same image and configuration)
    left nginx (same image and configuration)
    ! nginx/conf.d/app.conf on srv was changed since release r1. This deploy replaces the changes; a copy is kept in .dray/adopted/."
  `)
})

test('a foreign file that says something else is refused, by name', async () => {
  const world = new FakeWorld(shop)
  world.host.files.set('docker-compose.yml', 'services: {}')
  const failure = await world.plan().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(DrayError)
  expect(failure).toMatchObject({ code: 'FILE_NOT_OURS', details: { problems: ['docker-compose.yml'] } })
})

test('a foreign file that Compose would read instead of ours is refused, and one that it would not is left', async () => {
  const world = new FakeWorld(shop)
  world.host.files.set('docker-compose.yaml', 'services: {}')
  expect(await world.plan()).toMatchObject({ unchanged: false })
  world.host.files.set('compose.yaml', 'services: {}')
  await expect(world.plan()).rejects.toMatchObject({
    code: 'FILE_NOT_OURS',
    message: expect.stringContaining('compose.yaml') as string,
  })
})

test('foreign files beside several compose files are refused together, and adopted together', () => {
  const observation = {
    host: 'srv',
    files: ['docker-compose.yml', '.dray-pins.yml'].map((path) => ({ path, sha256: path })),
    fileHashes: new Map([
      ['docker-compose.yml', 'theirs'],
      ['docker-compose.override.yml', 'theirs'],
    ]),
    directory: { app: fakeApp([]) },
  } as unknown as HostObservation
  expect(() => findChangedFiles(observation, fakeDesired(), undefined)).toThrow(
    "srv already has docker-compose.yml: not written by dray, and with different content. srv has docker-compose.override.yml, which Compose would read on top of dray's files.",
  )
  expect(findChangedFiles(observation, { ...fakeDesired(), adopt: true }, undefined)).toMatchObject({
    removed: ['docker-compose.override.yml'],
    adopt: ['docker-compose.yml', 'docker-compose.override.yml'],
  })
})

test('a foreign file with the same content does not count', async () => {
  const world = new FakeWorld(shop)
  world.host.files.set(inDirectory, 'server {}')
  const place = (await world.plan()).steps.find((step) => step.kind === 'place-files')
  expect(place).toMatchObject({ changed: ['docker-compose.yml', 'docker-compose.override.yml'], adopt: [] })
})

test('a foreign file may be adopted', async () => {
  const world = new FakeWorld(shop)
  world.desired = { ...world.desired, adopt: true }
  world.host.files.set('docker-compose.yml', 'services: {}')
  const place = (await world.plan()).steps.find((step) => step.kind === 'place-files')
  expect(place).toMatchObject({ adopt: ['docker-compose.yml'] })
})

test('a file that Compose would read instead of ours is said to move, not to have been part of the app', async () => {
  const world = new FakeWorld(shop)
  world.files = { 'nginx/conf.d/old.conf': 'server {}' }
  await world.deploy()
  world.desired = { ...world.desired, adopt: true }
  world.host.files.set('compose.yaml', 'services: {}')
  const causeNow = async () => (await world.plan()).steps.find(({ kind }) => kind === 'place-files')?.cause
  expect(await causeNow()).toBe('1 moved to .dray/adopted')
  world.files = {}
  expect(await causeNow()).toBe('1 no longer part of the app, 1 moved to .dray/adopted')
})

test('warns of a service that may write to the directory', async () => {
  const world = new FakeWorld(shop)
  world.app = withService(world.app, 'backend', { writesDirectory: true })
  expect((await world.plan()).warnings).toContain(
    "A container of backend can write to the app's directory on srv, so a fault in it can change the compose file, .env and dray's records. Mount only the paths that it needs, or add `:ro`.",
  )
})

test('warns of an env file that others can read, with the command that fixes it', async () => {
  const world = new FakeWorld(shop)
  world.host.envFile = { mode: '644', variables: [], readableByOthers: true }
  expect((await world.plan()).warnings).toContain(
    '.env on srv is readable by other users (mode 644). Run `chmod 600 .env` there.',
  )
})

test('shipped files that git does not know are named, and variables that .env lacks', async () => {
  const world = new FakeWorld(fakeApp([fakeProxy()]))
  world.files = { 'certs/site.crt': 'x', 'uploads/pic.jpg': 'y', 'nginx/conf.d/app.conf': 'z' }
  world.review = {
    untracked: ['certs/site.crt', 'docker-compose.yml', 'notes.txt', 'uploads/pic.jpg'],
    expectedVariables: ['DATABASE_URL', 'GREETING', 'IMAGE_TAG'],
  }
  world.leftOut = [{ entry: 'dist', reason: 'git ignores dist/a.js' }]
  const { warnings } = await world.plan()
  expect(warnings.slice(0, 3)).toEqual([
    '.env on srv lacks GREETING, which .env.example names. `dray env test` lists the variables.',
    'certs/site.crt, uploads/pic.jpg: not in git, and shipped, because a service mounts them or `bundle.include` names them. Files that .gitignore names are not shipped.',
    '`bundle.include` names dist, which is not shipped: git ignores dist/a.js.',
  ])
})

test('warns of a mounted file that is not shipped, unless the server has it', async () => {
  const world = new FakeWorld(fakeApp([fakeProxy()]))
  const reason = 'it leads to .env, and env files are never shipped'
  world.leftOut = [{ entry: 'app.cfg', reason, isMounted: true }]
  const warning = `app.cfg is mounted, but not shipped: ${reason}. It does not exist on srv either: put a file there first.`
  expect((await world.plan()).warnings).toContain(warning)
  world.host.files.set('app.cfg', 'its own')
  expect((await world.plan()).warnings).not.toContain(warning)
})
