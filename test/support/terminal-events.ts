import type { DeployEvent, Failure } from '../../src/deploy/model/events.ts'
import type { Plan, Step } from '../../src/deploy/model/plan.ts'
import { stepTitle } from '../../src/deploy/execute/step-title.ts'

/** 2026-11-23T06:00:00Z, when the deploys of these tests begin. */
export const START = 1_795_413_600_000

export const DIGEST_BACKEND = `sha256:${'0123456789abcdef'.repeat(4)}`
export const DIGEST_FRONTEND = `sha256:${'fedcba9876543210'.repeat(4)}`

const host = 'test.example.com'

const steps: readonly Step[] = [
  { id: 1, host, cause: 'layers of no image take room', kind: 'prune-dangling' },
  {
    ...{ id: 2, host, cause: 'image is not on the host', kind: 'pull-image' },
    ...{ name: `ghcr.io/acme/shop-backend@${DIGEST_BACKEND}`, keepTag: 'dray/shop:backend', tag: '3f2a1c9' },
    ...{ sizeBytes: 27_000_000, services: ['backend'] },
  },
  {
    ...{ id: 3, host, cause: 'image is not on the host', kind: 'pull-image' },
    ...{
      name: `ghcr.io/acme/shop-frontend@${DIGEST_FRONTEND}`,
      keepTag: 'dray/shop:frontend',
      tag: '3f2a1c9',
    },
    ...{ sizeBytes: 12_300_000, services: ['frontend'] },
  },
  {
    ...{ id: 4, host, cause: 'changed since release r41', kind: 'place-files' },
    ...{ changed: ['docker-compose.yml'], removed: [], inPlace: [], adopt: [] },
  },
  {
    ...{ id: 5, host, cause: 'runs before traffic switches', kind: 'run-task', when: 'before' },
    ...{ task: 'migrate', service: 'backend', argv: ['npm', 'run', 'migrate'] },
  },
  {
    ...{ id: 6, host, cause: 'backend and frontend have new images', kind: 'start-beside' },
    services: ['backend', 'frontend'].map((service) => ({ service, add: 1, running: 1, discard: [] })),
  },
  { id: 7, host, cause: 'before they get traffic', kind: 'wait-healthy', services: ['backend', 'frontend'] },
  {
    ...{ id: 8, host, cause: 'the new containers are healthy', kind: 'switch-traffic' },
    ...{ proxy: 'nginx', proxyKind: 'nginx', services: ['backend', 'frontend'] },
  },
  { id: 9, host, cause: 'replaced by step 6', kind: 'stop-old', service: 'backend', containers: ['c0ffee'] },
] as const satisfies readonly Step[]

const sampleImages: Plan['images'] = [
  { service: 'backend', name: 'ghcr.io/acme/shop-backend', tag: '3f2a1c9', digest: DIGEST_BACKEND },
  { service: 'frontend', name: 'ghcr.io/acme/shop-frontend', tag: '3f2a1c9', digest: DIGEST_FRONTEND },
]

export const samplePlan: Plan = {
  version: 1,
  release: 'r42',
  app: 'shop',
  environment: 'test',
  unchanged: false,
  steps,
  proxies: [
    {
      host,
      service: 'nginx',
      kind: 'nginx',
      cause: 'nginx runs in its container',
      upstreams: ['backend', 'frontend'],
    },
  ],
  warnings: ['frontend has no health check: dray can only see that it runs'],
  unchangedServices: [{ host, service: 'nginx', cause: 'same image and configuration' }],
  images: sampleImages,
}

export const started: DeployEvent = {
  ...{ type: 'deploy.started', at: START, kind: 'deploy', app: 'shop', environment: 'test' },
  ...{ hosts: ['deploy@test.example.com'], tag: '3f2a1c9' },
}

export const planMade: DeployEvent = { type: 'plan.made', at: START + 400, plan: samplePlan }

export function stepStarted(stepId: number, afterMs: number): DeployEvent {
  const step = samplePlan.steps.find(({ id }) => id === stepId)!
  const { kind, cause } = step
  return { type: 'step.started', at: START + afterMs, stepId, kind, host, title: stepTitle(step), cause }
}

export function stepProgressed(stepId: number, afterMs: number, doneBytes: number): DeployEvent {
  const step = samplePlan.steps.find(({ id }) => id === stepId)!
  const totalBytes = step.kind === 'pull-image' ? step.sizeBytes : undefined
  return { type: 'step.progressed', at: START + afterMs, stepId, doneBytes, totalBytes }
}

export function stepPrinted(stepId: number, afterMs: number, line: string): DeployEvent {
  return { type: 'step.printed', at: START + afterMs, stepId, line }
}

export function stepFinished(
  stepId: number,
  afterMs: number,
  more: Partial<Extract<DeployEvent, { type: 'step.finished' }>> = {},
): DeployEvent {
  return { type: 'step.finished', at: START + afterMs, stepId, outcome: 'done', durationMs: 1000, ...more }
}

export function finished(more: Partial<Extract<DeployEvent, { type: 'deploy.finished' }>> = {}): DeployEvent {
  return {
    ...{ type: 'deploy.finished', at: START + 12_300, kind: 'deploy', outcome: 'deployed' },
    ...{ app: 'shop', environment: 'test' },
    ...{ release: 'r42', serving: 'r42', durationMs: 12_300 },
    images: sampleImages,
    ...more,
  }
}

export const probeFinished: DeployEvent = {
  type: 'probe.finished',
  at: START + 12_300,
  report: {
    ...{ url: 'http://localhost/api/health', requests: 1204, failures: 0, medianMs: 3.21, p99Ms: 12 },
    firstFailures: [],
  },
}

export const sampleFailure: Failure = {
  code: 'SERVICE_UNHEALTHY',
  title: 'The new release did not become healthy.',
  message: 'The health check of backend on test.example.com failed 5 times in 12.0 s: curl exited with 22.',
  hint: 'Mend it and deploy again, or read more with `dray logs test backend`.',
  exitCode: 1,
  details: { logOf: 'shop-backend-2', logTail: ['listening on 8000', 'cannot reach the database'] },
  serving: 'Release r41 is serving; no request went to the new one.',
  undone: ['the new containers of backend and frontend are removed'],
  notUndone: ['the task migrate ran'],
}

/** All of a deploy that goes well, in order. */
export const wholeDeploy: readonly DeployEvent[] = [
  started,
  { type: 'note', at: START + 50, level: 'info', text: 'Connecting to deploy@test.example.com' },
  planMade,
  stepStarted(1, 500),
  stepFinished(1, 600, { durationMs: 100, outcome: 'nothing-to-do' }),
  stepStarted(2, 600),
  stepStarted(3, 600),
  stepProgressed(2, 1600, 9_000_000),
  stepProgressed(3, 1600, 12_300_000),
  stepFinished(3, 2100, { durationMs: 1500, result: 'pulled 12.3 MB' }),
  stepProgressed(2, 6600, 21_000_000),
  stepFinished(2, 7600, { durationMs: 7000, result: 'pulled 27.0 MB' }),
  stepStarted(4, 7600),
  stepFinished(4, 7700, { durationMs: 100 }),
  stepStarted(5, 7700),
  stepPrinted(5, 8000, 'applied 0007_orders.sql'),
  stepFinished(5, 8700),
  stepStarted(6, 8700),
  stepFinished(6, 9000, { durationMs: 300 }),
  stepStarted(7, 9000),
  { type: 'step.progressed', at: START + 9500, stepId: 7, text: '1 of 2 healthy' },
  stepFinished(7, 10_600, { durationMs: 1600, result: 'healthy after 1.6 s' }),
  stepStarted(8, 10_600),
  stepFinished(8, 10_700, { durationMs: 100 }),
  stepStarted(9, 10_700),
  stepFinished(9, 12_300, { durationMs: 1600 }),
  probeFinished,
  finished(),
]
