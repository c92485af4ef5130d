import { expect, test } from 'vitest'
import type { StackService } from '../../../../src/deploy/model/cluster.ts'
import { parseImageReference, type Digest } from '../../../../src/deploy/model/image-reference.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { makeStackPlan } from '../../../../src/deploy/swarm/make-stack-plan.ts'
import type { StackObservation } from '../../../../src/deploy/swarm/observe-stack.ts'
import { fakeApp, fakeDesired, fakeService } from '../../../support/fake-app.ts'
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
      stack: {
        obstacles: [],
        ignored: [],
        orders: {},
        hostPorts: [],
        externals: [],
        healthMs: {},
        watchMs: {},
      },
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
    nodes: [node('m1'), node('m2')],
    isAssumed: false,
    services: [],
    there: { network: [], config: [], secret: [] },
    composeContainers: 0,
    ...more,
  }
}

const plan = (observation: StackObservation, desired = {}) =>
  planToText(makeStackPlan(observation, { ...fakeDesired(), probeUrl: 'http://localhost/', ...desired }, {}))

function running(service: 'api' | 'db', more: Partial<StackService> = {}): StackService {
  const reference = service === 'api' ? 'ghcr.io/acme/api' : 'postgres'
  return {
    id: service,
    service,
    image: `${reference}@${images[service]}`,
    mode: 'replicated',
    desiredTasks: 1,
    updateState: 'completed',
    updateMessage: '',
    isUpdateCurrent: true,
    version: 1,
    taskHash: '',
    spec: {} as StackService['spec'],
    uses: [],
    ...more,
  }
}

/** Release r1 runs: the images and definitions of `observe`. */
function deployed(services: readonly StackService[], more: Partial<Release> = {}): StackObservation {
  const observation = observe({ services })
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
