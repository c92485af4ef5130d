import type { Release } from '../../src/deploy/model/release.ts'
import type { StatusObservation, SeenContainer } from '../../src/operations/status/status-observation.ts'
import { fakeDigest } from './fake-app.ts'

/** When the host is looked at: a day and a half after `fakeRelease`. */
export const OBSERVED_AT_MS = Date.parse('2026-11-24T18:00:00Z')
const RELEASED_AT_MS = Date.parse('2026-11-23T06:00:00Z')

const pinned = (service: string, tag: string): string => `ghcr.io/acme/${service}@${fakeDigest(tag)}`

/** A release of `backend` (twice) and `web`, with one file and one variable. */
export function fakeRelease(facts: Partial<Release> = {}): Release {
  const service = (name: string, replicas: number) => ({
    image: pinned(name, 'v1'),
    digest: fakeDigest('v1'),
    tag: 'v1',
    replicas,
    definitionHash: 'd',
    configHash: `${name}-hash`,
  })
  return {
    version: 1,
    id: 'r7',
    app: 'shop',
    environment: 'test',
    project: 'shop',
    tag: 'v1',
    createdAtMs: RELEASED_AT_MS,
    by: { user: 'anna', machine: 'laptop' },
    services: { web: service('web', 1), backend: service('backend', 2) },
    files: { 'docker-compose.yml': 'a'.repeat(64), 'docker-compose.override.yml': 'b'.repeat(64) },
    variables: ['DATABASE_URL'],
    networks: {},
    ...facts,
  }
}

export function fakeSeen(name: string, facts: Partial<SeenContainer> = {}): SeenContainer {
  const service = name.replace(/-\d+$/, '')
  return {
    id: name,
    name: `shop-${name}`,
    project: 'shop',
    service,
    oneOff: false,
    imageName: pinned(service, 'v1'),
    configHash: `${service}-hash`,
    state: 'running',
    exitCode: 0,
    outOfMemory: false,
    restartCount: 0,
    startedAtMs: RELEASED_AT_MS,
    health: 'healthy',
    restarts: 'always',
    ...facts,
  }
}

/** A host on which everything is as `fakeRelease` left it. */
export function fakeStatusObservation(facts: Partial<StatusObservation> = {}): StatusObservation {
  const release = facts.release ?? fakeRelease()
  return {
    nowMs: OBSERVED_AT_MS,
    release,
    fileHashes: new Map(Object.entries(release.files)),
    variables: release.variables,
    containers: [fakeSeen('backend-1'), fakeSeen('backend-2'), fakeSeen('web-1', { health: 'none' })],
    fileSystems: [
      { mount: '/', holds: ['Docker', 'the app'], totalBytes: 50e9, usedBytes: 30e9, availableBytes: 18e9 },
    ],
    journalBytes: 1000,
    urls: [],
    lock: undefined,
    ...facts,
  }
}
