import { expect, test } from 'vitest'
import type { Cluster, StackService, StackTask } from '../../../../src/deploy/model/cluster.ts'
import type { DeployEvent } from '../../../../src/deploy/model/events.ts'
import type { JournalEntry } from '../../../../src/deploy/model/lock.ts'
import type { Release } from '../../../../src/deploy/model/release.ts'
import { deployStack, type StackRequest } from '../../../../src/deploy/swarm/deploy-stack.ts'
import { fakeApp, fakeDesired, fakeResolved, fakeService } from '../../../support/fake-app.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { fakeNode, fakeReview, fakeStackService, fakeStackTask } from '../../../support/fake-stack.ts'
import { fakeRelease } from '../../../support/fake-status-observation.ts'

const web = fakeService('web', { image: 'ghcr.io/acme/web:v1' })
const resolved = fakeResolved('ghcr.io/acme/web:v1')
const image = `ghcr.io/acme/web@${resolved.digest}`
const release = fakeRelease({
  id: 'r1',
  services: {
    web: {
      image,
      digest: resolved.digest,
      replicas: 1,
      definitionHash: web.definitionHash,
      configHash: '',
      specHash: 'spec',
    },
  },
  files: {},
  variables: [],
  nodes: { n1: 'w1' },
})

/** Release r1 is recorded, and its app answers so. `services`: what the swarm has. */
function swarm({
  status = 200,
  cancelAt = Infinity,
  silentAfterRecord = false,
  crashesAfterAwait = false,
  services = [fakeStackService({ id: 'web', service: 'web', image })],
}: {
  status?: number
  cancelAt?: number
  silentAfterRecord?: boolean
  crashesAfterAwait?: boolean
  services?: readonly StackService[]
} = {}) {
  const journal: JournalEntry[] = []
  const removed: string[] = []
  const recorded: Release[] = []
  const cancel = new AbortController()
  let asked = 0
  const task = (it: StackService): StackTask =>
    fakeStackTask({ id: `${it.id}.1`, serviceId: it.id, image: it.image, taskHash: it.taskHash })
  let now = services
  let isRestored = false
  const hasAwaited = () =>
    journal.some(({ event, kind }) => event === 'step.finished' && kind === 'await-tasks')
  const isCrashed = () => crashesAfterAwait && !isRestored && hasAwaited()
  const cluster: Partial<Cluster> = {
    nodes: async () => [fakeNode],
    services: async () => now.filter(({ id }) => !removed.includes(id)),
    tasks: async () =>
      now
        .filter(({ id }) => !removed.includes(id))
        .map((it) => ({ ...task(it), ...(isCrashed() && { state: 'failed', desiredState: 'shutdown' }) })),
    restoreService: async () => {
      isRestored = true
      now = services
    },
    logTail: async () => [],
    networks: async () => [],
    things: async () => [],
    pullJobs: async () => [{ id: 'old-pull', name: 'shop_dray-pull-0' }],
    startPull: async () => 'pull',
    tasksOf: async () => [fakeStackTask()],
    removeService: async (id) => void removed.push(id),
  }
  const host = {
    name: 'm1',
    platform: { os: 'linux', architecture: 'amd64' },
    engine: { containers: async () => [] },
    prober: {
      get: async () => {
        asked += 1
        if (asked === cancelAt) cancel.abort(new DOMException('Cancelled.', 'AbortError'))
        return { status: silentAfterRecord && recorded.length > 0 ? 502 : status }
      },
    },
    directory: {
      inspect: async () => ({
        envFile: { mode: '600', variables: [], readableByOthers: false },
        listeningPorts: [],
        journalBytes: 0,
        releases: [release],
        usedReleaseIds: ['r1'],
        composeHashes: new Map(),
        app: fakeApp([web]),
        stack: fakeReview,
      }),
      survey: async () => ({ hashes: new Map() }),
      record: async (made: Release) => void recorded.push(made),
    },
    swarm: {
      cluster,
      stack: {
        nameContents: async () => [],
        deploy: async () => {
          now = [fakeStackService({ id: 'web', service: 'web', image, version: 2, specHash: 'stored' })]
        },
      },
    },
    lock: async () => ({
      journalBytes: 0,
      lost: new AbortController().signal,
      journal: (entry: JournalEntry) => void journal.push(entry),
      settled: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }),
  }
  const source = { composeFiles: async () => [], bundle: async () => [] }
  const registry = { resolve: async () => resolved, credentials: async () => undefined }
  const events: DeployEvent[] = []
  const request = {
    hosts: [host],
    resolveDesired: async () => ({
      desired: fakeDesired({ probeUrl: 'http://app.example.com/', commit: { id: '3f2a1c9' } }),
      sites: [{ host, source, registry }],
    }),
    deployer: { user: 'ann', machine: 'laptop' },
    patience: { urlCheckMs: 1_000 },
    servicePatience: {},
    probe: { everyMs: 100, timeoutMs: 1_000 },
    waitMs: 0,
    clock: new FakeClock(),
    emit: (event: DeployEvent) => void events.push(event),
    pullToken: async () => undefined,
  } as unknown as StackRequest
  return { deploy: () => deployStack(request, cancel.signal), journal, removed, recorded }
}

test('an unchanged app that does not answer needs a person, as with Compose', async () => {
  await expect(swarm({ status: 502 }).deploy()).rejects.toMatchObject({
    code: 'URL_CHECK_FAILED',
    exitCode: 4,
    message: expect.stringContaining('answers 502') as string,
  })
})

test('Ctrl-C ends the wait for it', async () => {
  await expect(swarm({ status: 502, cancelAt: 3 }).deploy()).rejects.toMatchObject({ name: 'AbortError' })
})

test('what a killed run left is removed, also when nothing is to be deployed', async () => {
  const job = fakeStackService({ id: 'old-task', service: 'dray-task-migrate', mode: 'job' })
  const { deploy, removed } = swarm({
    services: [fakeStackService({ id: 'web', service: 'web', image }), job],
  })
  expect(await deploy()).toMatchObject({ unchanged: true, release: 'r1' })
  expect(removed).toEqual(['old-task', 'old-pull'])
})

test('a definition that was changed manually is put back, and the journal has the plan', async () => {
  const changed = fakeStackService({ id: 'web', service: 'web', image, specHash: 'by hand' })
  const { deploy, journal, recorded } = swarm({ services: [changed] })
  const plan = await deploy()
  expect(plan.steps.map(({ kind }) => kind)).toContain('update-stack')
  expect(recorded[0]).toMatchObject({
    id: 'r2',
    commit: { id: '3f2a1c9' },
    nodes: { n1: 'w1' },
    services: { web: { specHash: 'stored' } },
  })
  expect(journal[0]).toMatchObject({ event: 'deploy.started', replaces: 'r1', commit: { id: '3f2a1c9' } })
  expect(journal[1]).toMatchObject({ event: 'plan.made' })
  expect((journal[1] as { steps?: unknown[] }).steps).toHaveLength(plan.steps.length)
  expect(journal.filter(({ event }) => event === 'probe.sampled').slice(0, 1)).toMatchObject([
    { release: 'r2', requests: expect.any(Number) as number, failures: 0 },
  ])
})

test('an app that stops answering after the release is recorded needs a person, as with Compose', async () => {
  const changed = fakeStackService({ id: 'web', service: 'web', image, specHash: 'by hand' })
  await expect(swarm({ services: [changed], silentAfterRecord: true }).deploy()).rejects.toMatchObject({
    error: { code: 'URL_CHECK_FAILED', exitCode: 4 },
    undone: { serving: 'Release r2 is current.' },
  })
})

test('a service that fails between its update and the record is not recorded, and the deploy is undone', async () => {
  const changed = fakeStackService({ id: 'web', service: 'web', image, specHash: 'by hand' })
  const { deploy, recorded } = swarm({ services: [changed], crashesAfterAwait: true })
  await expect(deploy()).rejects.toMatchObject({ error: { code: 'STACK_STUCK', exitCode: 1 } })
  expect(recorded).toEqual([])
})
