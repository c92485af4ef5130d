import { expect, test } from 'vitest'
import type { StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import { parseImageReference, type Digest } from '../../../../src/deploy/model/image-reference.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { makeStackPlan } from '../../../../src/deploy/swarm/make-stack-plan.ts'
import type { StackObservation } from '../../../../src/deploy/swarm/observe-stack.ts'
import { fakeApp, fakeDesired, fakeService } from '../../../support/fake-app.ts'
import { fakeReview, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'
import { planToText } from '../../../support/plan-to-text.ts'

const app = fakeApp([fakeService('api'), fakeService('db', { image: 'postgres:16' })])
const digestOf = (tag: string): Digest => `sha256:${Buffer.from(tag).toString('hex').padEnd(64, '0')}`
const images = { api: digestOf('v1'), db: digestOf('16') }
const node = (name: string) => ({
  id: name,
  name,
  role: name === 'm1' ? ('manager' as const) : ('worker' as const),
  state: 'ready',
  availability: 'active',
})

function observe(more: Partial<StackObservation> = {}): StackObservation {
  return {
    host: 'm1',
    directory: {
      envFile: { mode: '600', variables: [], readableByOthers: false },
      listeningPorts: [],
      journalBytes: 0,
      releases: [],
      usedReleaseIds: [],
      composeHashes: new Map(),
      app,
      stack: fakeReview,
    },
    resolved: new Map(
      app.services.map(({ name, image = '' }) => [
        name,
        { reference: parseImageReference(image), digest: images[name as 'api' | 'db'] },
      ]),
    ),
    imageTemplates: new Map(),
    inactive: [],
    fileHashes: new Map(),
    files: [],
    contentNames: [],
    nodes: [node('m1'), node('m2')],
    isAssumed: false,
    services: [],
    tasks: [],
    there: { network: [], config: [], secret: [] },
    composeContainers: 0,
    ...more,
  }
}

const plan = (observation: StackObservation, desired = {}) =>
  planToText(makeStackPlan(observation, { ...fakeDesired(), probeUrl: 'http://localhost/', ...desired }, {}))

function running(service: 'api' | 'db', more: Partial<StackService> = {}): StackService {
  const reference = service === 'api' ? 'ghcr.io/acme/api' : 'postgres'
  const image = `${reference}@${images[service]}`
  return fakeStackService({ id: service, service, image, taskHash: '', ...more })
}

/** As many tasks of each service as Swarm wants, which run its definition. */
function tasksOf(services: readonly StackService[]): StackTask[] {
  return services.flatMap(({ id, image, taskHash, desiredTasks }) =>
    Array.from({ length: desiredTasks }, (_, index) =>
      fakeStackTask({ id: `${id}.${index}`, serviceId: id, nodeId: 'm1', image, taskHash }),
    ),
  )
}

/** Release r1 runs: the images and definitions of `observe`. */
function deployed(services: readonly StackService[], more: Partial<Release> = {}): StackObservation {
  const observation = observe({ services, tasks: tasksOf(services) })
  const release: Release = {
    version: 1,
    id: 'r1',
    app: 'shop',
    environment: 'test',
    project: 'shop',
    createdAtMs: 0,
    by: { user: 'u', machine: 'm' },
    services: Object.fromEntries(
      app.services.map(({ name, definitionHash }) => {
        const { image } = running(name as 'api' | 'db')
        return [
          name,
          { image, digest: images[name as 'api' | 'db'], replicas: 1, definitionHash, configHash: '' },
        ]
      }),
    ),
    files: {},
    variables: [],
    networks: {},
    nodes: { m1: 'm1', m2: 'm2' },
    ...more,
  }
  return {
    ...observation,
    directory: { ...observation.directory, releases: [release], usedReleaseIds: ['r1'] },
  }
}

const migrate = { name: 'migrate', serviceCandidates: ['api'], argv: ['migrate'], when: 'before' as const }

test('a first release: every node pulls, tasks run, then Swarm starts the services', () => {
  expect(plan(observe(), { tasks: [migrate] })).toMatchInlineSnapshot(`
    "r1
    pull-on-nodes api:v1 for api on m1, m2 (on every node, so that a later move needs no login)
    pull-on-nodes postgres:16 for db on m1, m2 (on every node, so that a later move needs no login)
    run-task migrate: api migrate (once, with the new image, before Swarm updates)
    update-stack api create api:v1, db create postgres:16 (2 of 2 services change)
    await-tasks api create api:v1, db create postgres:16 (before the release is recorded)
    check-url http://localhost/ below 400 (with the new release)
    record-release r1 (archived releases for rollback: 1)
    verify-stack api create api:v1, db create postgres:16 (before success is reported)
    clean-stack shop (the new release has its own)"
  `)
})

test('nothing to do while the release runs; what Swarm left half done is repaired without removing anything', () => {
  const done = [running('api'), running('db')]
  expect(plan(deployed(done))).toBe(
    'r1 unchanged\nleft api (it runs this image and definition)\nleft db (it runs this image and definition)',
  )
  for (const [updateState, cause] of [
    ['paused', 'its last update is paused'],
    ['updating', 'its last update has not ended'],
    ['rollback_completed', 'Swarm rolled it back'],
  ]) {
    const text = plan(deployed([running('api', { updateState }), running('db')]))
    expect(text).toContain(`update-stack api update api:v1, db none postgres:16 (api: ${cause})`)
    expect(text).not.toContain('remove-services')
  }
})

test('a definition that was changed manually is put back, unless the record does not know it', () => {
  const changed = [running('api', { specHash: 'changed' }), running('db')]
  const recorded = deployed(changed)
  expect(plan(recorded)).toContain('r1 unchanged')
  const releases = recorded.directory.releases.map((release) => ({
    ...release,
    services: Object.fromEntries(
      Object.entries(release.services).map(([name, it]) => [name, { ...it, specHash: 'spec' }]),
    ),
  }))
  expect(plan({ ...recorded, directory: { ...recorded.directory, releases } })).toContain(
    'update-stack api update api:v1, db none postgres:16 (api: its definition was changed manually)',
  )
})

/** A config of `api`, with this content. */
function withConfig(observation: StackObservation, sha256: string): StackObservation {
  const { directory } = observation
  const services = directory.app.services.map((it) =>
    it.name === 'api' ? { ...it, mounts: [{ path: 'site.conf', target: '/etc/site.conf' }] } : it,
  )
  return {
    ...observation,
    directory: { ...directory, app: { ...directory.app, services } },
    files: [{ path: 'site.conf', sha256 }],
    fileHashes: new Map([['site.conf', 'a']]),
  }
}

test('a file that becomes a config is part of the definition: a deploy that changes only it updates the service, and so does a rollback', () => {
  const { steps } = makeStackPlan(withConfig(observe(), 'a'), fakeDesired(), {})
  const services = steps.flatMap((it) => (it.kind === 'record-release' ? [it.services] : []))[0] ?? {}
  const first = deployed([running('api'), running('db')], { services, files: { 'site.conf': 'a' } })
  expect(plan(withConfig(first, 'a'))).toContain('r1 unchanged')
  const changed = plan(withConfig(first, 'b'), { tasks: [migrate] })
  expect(changed).toContain('place-files site.conf')
  expect(changed).toContain('run-task migrate')
  expect(changed).toContain(
    'update-stack api update api:v1, db none postgres:16 (api: its definition, .env, a config or a secret changed)',
  )
  const second = makeStackPlan(withConfig(first, 'b'), fakeDesired(), {})
  const changedServices = second.steps.flatMap((it) => (it.kind === 'record-release' ? [it.services] : []))[0]
  const [r1] = first.directory.releases
  const r2 = { ...r1, id: 'r2', files: { 'site.conf': 'b' }, services: changedServices } as Release
  const directory = { ...first.directory, releases: [r1 as Release, r2], usedReleaseIds: ['r1', 'r2'] }
  const back = withConfig({ ...first, directory }, 'a')
  expect(plan(back, { restores: { id: 'r1', tasksSince: [], variables: [] } })).toContain(
    'update-stack api update',
  )
})

const crashed = fakeStackTask({
  id: 'db.9',
  serviceId: 'db',
  nodeId: 'm2',
  image: running('db').image,
  taskHash: '',
  desiredState: 'shutdown',
  state: 'failed',
  exitCode: 3,
})

test('a service whose tasks do not run is no unchanged one: the deploy waits for it, and replaces nothing', () => {
  const services = [running('api'), running('db')]
  const observation = { ...deployed(services), tasks: [...tasksOf([running('api')]), crashed] }
  expect(plan(observation, { tasks: [migrate] })).toMatchInlineSnapshot(`
    "r2
    pull-on-nodes api:v1 for api on m1, m2 (every node must have it, and a prune may have removed it)
    pull-on-nodes postgres:16 for db on m1, m2 (every node must have it, and a prune may have removed it)
    await-tasks api none api:v1, db none postgres:16 (before the release is recorded)
    check-url http://localhost/ below 400 (with the new release)
    record-release r2 -r1 (archived releases for rollback: 1)
    verify-stack api none api:v1, db none postgres:16 (before success is reported)
    clean-stack shop (the new release has its own)
    left api (it runs this image and definition)
    left db (0 of 1 tasks run (a task on node m2 exited with code 3))"
  `)
})

test('a service that is down does not keep a deploy from changing another one, and is named', () => {
  const services = [running('api', { image: 'ghcr.io/acme/api@sha256:0' }), running('db')]
  const observation = { ...deployed(services), tasks: [...tasksOf(services.slice(0, 1)), crashed] }
  const made = makeStackPlan(observation, fakeDesired(), {})
  expect(made.steps.flatMap((it) => (it.kind === 'await-tasks' ? it.services : []))).toMatchObject([
    { service: 'api', change: 'update' },
    { service: 'db', change: 'none', isLeftDown: true },
  ])
  expect(made.warnings).toContain(
    'db is down already: 0 of 1 tasks run (a task on node m2 exited with code 3). Nothing of it changes, so the deploy does not wait for it.',
  )
})

test('tasks on a node that is down do not count', () => {
  const observation = deployed([running('api'), running('db')])
  const nodes = [{ ...node('m1'), state: 'down' }, node('m2')]
  expect(plan({ ...observation, nodes })).toContain('await-tasks')
})

test('another number of tasks replaces nothing, so that no task of the app runs', () => {
  const observation = deployed([running('api', { desiredTasks: 3 }), running('db')])
  const text = plan(observation, { tasks: [migrate] })
  expect(text).toContain('(api: 1 instead of 3 tasks)')
  expect(text).not.toContain('run-task')
})

test('every deploy that changes something has every node pull, since a prune may have removed an image', () => {
  const changed = [running('api', { image: 'ghcr.io/acme/api@sha256:0' }), running('db')]
  const text = plan(deployed(changed))
  expect(text).toContain('pull-on-nodes postgres:16 for db on m1, m2 (every node must have it')
})

test('the time limit has the health check of the compose file or the image, and the time to stop', () => {
  const { directory, resolved } = observe()
  const stack = {
    ...directory.stack,
    stopMs: { api: 10_000, db: 30_000 },
    watchMs: { api: 4_000 },
    pauseMs: { api: 1_000 },
  }
  const services = directory.app.services.map((it) =>
    it.name === 'db' ? { ...it, healthCheck: 'from-image-or-none' as const } : it,
  )
  const healthCheck = { startPeriodMs: 120_000, intervalMs: 10_000 }
  const image = resolved.get('db')
  if (image === undefined) throw new Error('no image')
  const observation = observe({
    directory: { ...directory, stack, app: { ...directory.app, services } },
    resolved: new Map([...resolved, ['db', { ...image, config: { healthCheck } }]]),
  })
  const limits = makeStackPlan(observation, fakeDesired(), {}).steps.flatMap((it) =>
    it.kind === 'await-tasks' ? it.services.map(({ service, limitMs }) => [service, limitMs]) : [],
  )
  expect(limits).toEqual([
    ['api', 60_000 + 5_000 + 10_000],
    ['db', 120_000 + 4 * 10_000 + 60_000 + 30_000],
  ])
})

test('a node that joined since gets the images, and nothing is replaced', () => {
  const observation = {
    ...deployed([running('api'), running('db')]),
    nodes: [node('m1'), node('m2'), node('w3')],
  }
  expect(plan(observation)).toMatchInlineSnapshot(`
    "r2
    pull-on-nodes api:v1 for api on m1, m2, w3 (w3 joined since r1)
    pull-on-nodes postgres:16 for db on m1, m2, w3 (w3 joined since r1)
    check-url http://localhost/ below 400 (with the new release)
    record-release r2 -r1 (archived releases for rollback: 1)
    verify-stack api none api:v1, db none postgres:16 (before success is reported)
    clean-stack shop (the new release has its own)
    left api (it runs this image and definition)
    left db (it runs this image and definition)"
  `)
})

test('a service that is gone from the compose file is removed after the record', () => {
  const text = plan({
    ...deployed([running('api'), running('db'), { ...running('db'), id: 'old', service: 'old' }], {}),
  })
  expect(text).not.toContain('remove-services')
  const recorded = deployed([running('api'), running('db'), { ...running('db'), id: 'old', service: 'old' }])
  const [release] = recorded.directory.releases
  const services = { ...release?.services, old: release?.services['db'] } as Release['services']
  const directory = { ...recorded.directory, releases: [{ ...release, services } as Release] }
  expect(plan({ ...recorded, directory })).toMatch(/record-release r2 .*\nremove-services old /)
  // A deploy that recorded r2 without it, and lost its connection before the removal.
  const later = { ...(release as Release), id: 'r2' }
  const both = { ...recorded.directory, releases: [{ ...release, services } as Release, later] }
  expect(plan({ ...recorded, directory: both })).toMatch(/remove-services old /)
})

/** Service `old` of the record runs with these ports, and the compose file gives them to `api` now. */
function renamed(ports: readonly string[], isRecorded = true): StackObservation {
  const { directory, ...recorded } = deployed([
    running('db'),
    { ...running('api'), id: 'old', service: 'old', ports },
  ])
  const services = directory.app.services.map((it) =>
    it.name === 'api' ? { ...it, publishedPorts: ['80', '53/udp'] } : it,
  )
  const releases = directory.releases.map((release) => {
    const { api, ...others } = release.services
    return { ...release, services: { ...others, ...(isRecorded && api && { old: api }) } }
  })
  return { ...recorded, directory: { ...directory, app: { ...directory.app, services }, releases } }
}

test('a service that is gone is removed before the update if another one gets its port, and the plan says so', () => {
  const text = plan(renamed(['80', '53/udp']), { tasks: [migrate] })
  expect(text).toMatch(/run-task migrate.*\nremove-services old \(api publishes 80, 53\/udp\)\nupdate-stack /)
  expect(text.match(/remove-services/g)).toHaveLength(1)
  const { warnings, steps } = makeStackPlan(renamed(['80']), fakeDesired(), {})
  expect(steps.find((it) => it.kind === 'remove-services')).toMatchObject({
    services: ['old'],
    frees: ['80'],
  })
  expect(warnings).toContain(
    'old is removed before api gets its port 80: until api runs, requests to it fail. To avoid that, keep the name of the service.',
  )
  expect(plan(renamed(['81']))).toMatch(/record-release r2 .*\nremove-services old /)
})

test('what was noted of the environment is among the warnings', () => {
  const notes = ['`front` in dray.yml does not hold in a swarm.']
  expect(makeStackPlan(observe(), { ...fakeDesired(), notes }, {}).warnings).toContain(notes[0])
})

test('a port that a service keeps, which dray does not remove, is named', () => {
  expect(plan(renamed(['80'], false))).not.toContain('remove-services')
  expect(makeStackPlan(renamed(['80'], false), fakeDesired(), {}).warnings).toContainEqual(
    expect.stringContaining('no release of dray knows old: Swarm refuses that'),
  )
  const moved = { ...renamed([]), services: [running('db', { ports: ['80'] })] }
  expect(makeStackPlan(moved, fakeDesired(), {}).warnings).toContainEqual(
    expect.stringContaining('Deploy db without it first, then api with it.'),
  )
})

test.each([
  [
    'STACK_MISSING',
    {
      directory: {
        ...observe().directory,
        stack: { ...observe().directory.stack, externals: [{ kind: 'secret' as const, name: 'key' }] },
      },
    },
    {},
  ],
  ['STACK_NO_NODE', { nodes: [{ ...node('m1'), availability: 'drain' }] }, {}],
  ['SERVICE_UNKNOWN', {}, { tasks: [{ ...migrate, serviceCandidates: ['worker'] }] }],
])('%s is refused before anything is touched', (code, more, desired) => {
  expect(() => plan(observe(more), desired)).toThrow(expect.objectContaining({ code }) as Error)
})

test('an own service starts first; others, those with a volume or a port of the node, and by wish, stop first', () => {
  const orders = (observation: StackObservation, desired = {}) =>
    makeStackPlan(observation, { ...fakeDesired(), ...desired }, {}).steps.flatMap((step) =>
      step.kind === 'update-stack' ? [step.orders] : [],
    )[0]
  expect(orders(observe())).toEqual({ api: 'start-first', db: 'stop-first' })
  expect(orders(observe(), { rollout: { api: 'recreate', db: 'roll' } })).toEqual({
    api: 'stop-first',
    db: 'start-first',
  })
  const { directory } = observe()
  const atNode = {
    ...directory,
    stack: { ...directory.stack, hostPorts: ['api'], orders: { db: 'start-first' } },
  }
  expect(orders(observe({ directory: atNode }))).toEqual({ api: 'stop-first' })
})

test('a secret that changed on the manager replaces the services that use it, and no other', () => {
  const contents = [{ kind: 'secrets' as const, key: 'token', environment: 'TOKEN', services: ['api'] }]
  const services = [running('api'), running('db')]
  const withName = (name: string, releases: readonly Release[] = []) => {
    const seen = deployed(services)
    const directory = { ...seen.directory, stack: { ...fakeReview, contents } }
    return {
      ...seen,
      directory: { ...directory, ...(releases.length > 0 && { releases }) },
      contentNames: [name],
    }
  }
  const first = makeStackPlan(withName('shop_token-000000000001'), fakeDesired(), {})
  const record = first.steps.find((it) => it.kind === 'record-release')
  const current = deployed(services).directory.releases.at(-1)
  if (record === undefined || current === undefined) throw new Error('no release')
  const releases = [{ ...current, services: record.services }]
  const changesOf = (name: string) => {
    const { steps } = makeStackPlan(withName(name, releases), fakeDesired(), {})
    const update = steps.find((it) => it.kind === 'update-stack')
    return update?.services.map(({ service, change }) => `${service} ${change}`)
  }
  expect(changesOf('shop_token-000000000001')).toBeUndefined()
  expect(changesOf('shop_token-000000000002')).toEqual(['api update', 'db none'])
})
