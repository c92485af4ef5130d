import { expect, test } from 'vitest'
import type { Step } from '../../../../src/deploy/model/plan.ts'
import { stepTitle } from '../../../../src/deploy/execute/step-title.ts'

type Kinds<S> = S extends Step ? Omit<S, 'id' | 'host' | 'cause'> : never

function titleOf(step: Kinds<Step>): string {
  return stepTitle({ id: 1, host: 'a', cause: '', ...step })
}

const pull = { kind: 'pull-image', keepTag: '', sizeBytes: 1, services: ['backend'] } as const
const digest = 'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'
const standIn = { service: 'api', containers: ['shop.api.stand-in'], standIn: true } as const
const files = { kind: 'place-files', inPlace: [], adopt: [] } as const

test.each<[string, Kinds<Step>]>([
  ['Remove dangling images', { kind: 'prune-dangling' }],
  [
    'Pull acme/shop-backend:3f2a1c9',
    { ...pull, name: `ghcr.io/acme/shop-backend@${digest}`, tag: '3f2a1c9' },
  ],
  [
    'Pull acme/shop:3f2a1c9',
    { ...pull, name: `localhost:5000/acme/shop@${digest}`, tag: '3f2a1c9'.padEnd(40, '0') },
  ],
  ['Pull nginx:alpine', { ...pull, name: `docker.io/library/nginx@${digest}`, tag: 'alpine' }],
  ['Pull acme/shop@0123456789ab', { ...pull, name: `ghcr.io/acme/shop@${digest}` }],
  ['Place nginx/app.conf', { ...files, changed: ['nginx/app.conf'], removed: [] }],
  ['Place 2 files, remove old.conf', { ...files, changed: ['a', 'b'], removed: ['old.conf'] }],
  ['Remove 2 files', { ...files, changed: [], removed: ['a', 'b'] }],
  ['Run task migrate', { kind: 'run-task', task: 'migrate', service: 'backend', argv: [], when: 'before' }],
  ['Start new backend (2) and frontend', startBeside([2, 2], [1, 1])],
  ['Start backend and frontend', startBeside([1, 0], [1, 0])],
  ['Recreate db', { kind: 'recreate-services', services: [{ service: 'db', scale: 1 }], fresh: false }],
  [
    'Start worker (3)',
    { kind: 'recreate-services', services: [{ service: 'worker', scale: 3 }], fresh: true },
  ],
  [
    'Stop the old web and start dray-front',
    {
      kind: 'recreate-services',
      services: [{ service: 'dray-front', scale: 1 }],
      fresh: true,
      frees: [{ service: 'web', containers: ['a'] }],
    },
  ],
  ['Run seed to completion', { kind: 'run-once', service: 'seed' }],
  ['Wait until backend is healthy', { kind: 'wait-healthy', services: ['backend'] }],
  ['Wait until a, b and c are healthy', { kind: 'wait-healthy', services: ['a', 'b', 'c'] }],
  ['Reload nginx', { kind: 'switch-traffic', proxy: 'nginx', proxyKind: 'nginx', services: [] }],
  [
    'Switch traffic in nginx to the new backend',
    { kind: 'switch-traffic', proxy: 'nginx', proxyKind: 'nginx', services: ['backend'] },
  ],
  [
    'Switch traffic in nginx to the new web',
    {
      kind: 'switch-traffic',
      proxy: 'nginx',
      proxyKind: 'nginx',
      services: ['web', 'nightly'],
      reached: ['web'],
    },
  ],
  [
    'Reload nginx',
    { kind: 'switch-traffic', proxy: 'nginx', proxyKind: 'nginx', services: ['nightly'], reached: [] },
  ],
  [
    'Check http://localhost/api/health',
    { kind: 'check-url', url: 'http://localhost/api/health', below: 400 },
  ],
  ['Record the release', { kind: 'record-release', release: '42', services: {}, dropReleases: [] }],
  [
    'Switch direct requests of web to the new api',
    { kind: 'switch-traffic', proxy: 'web', proxyKind: 'caller', services: ['api'], withoutReload: true },
  ],
  ['Stop the old backend (2)', { kind: 'stop-old', service: 'backend', containers: ['a', 'b'] }],
  ['Stop the stand-in of api', { ...standIn, kind: 'stop-old' }],
  ['Remove the stand-in of api', { ...standIn, kind: 'remove-old' }],
  ['Stop the stand-ins of api (2)', { ...standIn, kind: 'stop-old', containers: ['a', 'b'] }],
  [
    'Start stand-ins of api (2)',
    { kind: 'start-stand-in', services: [{ service: 'api', names: ['a', 'b'], aliases: [] }] },
  ],
  [
    'Start a stand-in of api and web',
    {
      kind: 'start-stand-in',
      services: ['api', 'web'].map((service) => ({ service, names: [''], aliases: [] })),
    },
  ],
  ['Remove 1 old image', { kind: 'clean-images', names: ['a'] }],
  ['Remove 3 old images', { kind: 'clean-images', names: ['a', 'b', 'c'] }],
])('%s', (title, step) => {
  expect(titleOf(step)).toBe(title)
})

function startBeside(backend: [number, number], frontend: [number, number]): Kinds<Step> {
  const [backendAdd, backendRunning] = backend
  const [frontendAdd, frontendRunning] = frontend
  return {
    kind: 'start-beside',
    services: [
      { service: 'backend', add: backendAdd, running: backendRunning, discard: [] },
      { service: 'frontend', add: frontendAdd, running: frontendRunning, discard: [] },
    ],
  }
}
