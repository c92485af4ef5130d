import type { DoctorObservation, ServerObservation } from '../../src/operations/doctor/doctor-observation.ts'
import type { Failure } from '../../src/deploy/model/events.ts'
import { failureFrom } from '../../src/deploy/execute/failure.ts'
import type { DirectoryObservation } from '../../src/deploy/model/ports.ts'
import type { Container } from '../../src/deploy/model/container.ts'
import type { ErrorCode } from '../../src/errors/catalogue.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { fakeApp, fakeProxy, fakeResolved, fakeService } from './fake-app.ts'

export function fakeFailure(code: ErrorCode, message: string, hint = 'Do this.'): Failure {
  return failureFrom(new DrayError(code, message, { hint }))
}

export function fakeServer(facts: Partial<ServerObservation> = {}): ServerObservation {
  return {
    missingTools: [],
    compose: { value: '2.40.3' },
    directory: { value: '/srv/shop can be written' },
    envFile: { value: { mode: '600', readableByOthers: false } },
    lock: undefined,
    fileSystems: [
      { mount: '/', holds: ['Docker', 'the app'], totalBytes: 50e9, usedBytes: 30e9, availableBytes: 18e9 },
    ],
    clockAheadMs: 0,
    address: '10.0.0.5',
    urlAddresses: undefined,
    ...facts,
  }
}

export function fakeFacts(facts: Partial<DirectoryObservation> = {}): DirectoryObservation {
  return {
    envFile: { mode: '600', variables: [], readableByOthers: false },
    listeningPorts: [22],
    journalBytes: 0,
    releases: [],
    usedReleaseIds: [],
    composeHashes: new Map(),
    app: fakeApp([fakeService('backend'), fakeProxy()]),
    ...facts,
  }
}

/** A host that a deploy of a backend and an nginx would go through on. */
export function fakeDoctorObservation(facts: Partial<DoctorObservation> = {}): DoctorObservation {
  return {
    host: 'deploy@a',
    path: '/srv/shop',
    connection: { value: { durationMs: 120.4 } },
    server: { value: fakeServer() },
    engine: { value: { version: '28.5.2', platform: { os: 'linux', architecture: 'amd64' } } },
    app: { value: fakeFacts() },
    containers: { value: [] },
    others: [],
    images: [
      {
        image: 'ghcr.io/acme/backend:v1',
        services: ['backend'],
        answer: { value: fakeResolved('ghcr.io/acme/backend:v1') },
      },
      { image: 'nginx:alpine', services: ['nginx'], answer: { value: fakeResolved('nginx:alpine') } },
    ],
    registries: [{ registry: 'ghcr.io', answer: { status: 401 } }],
    url: { url: 'http://localhost/', lookedUp: undefined },
    plan: {
      value: {
        version: 1,
        release: 'r1',
        app: 'shop',
        environment: 'test',
        unchanged: false,
        proxies: [],
        steps: [
          {
            id: 1,
            host: 'deploy@a',
            cause: 'not on the host',
            kind: 'pull-image',
            name: 'nginx@sha256:0',
            keepTag: 'nginx:dray-shop-0',
            sizeBytes: 20_000_000,
            services: ['nginx'],
          },
        ],
        images: [],
        warnings: [],
        unchangedServices: [],
      },
    },
    hostAddresses: ['10.0.0.5'],
    diskLimitPercent: 80,
    ...facts,
  }
}

export function fakePublisher(...publishedPorts: number[]): Container {
  return {
    id: 'c',
    name: 'shop-nginx-1',
    service: 'nginx',
    oneOff: false,
    imageName: 'nginx',
    imageId: 'i',
    command: ['nginx'],
    user: '',
    isReadOnly: false,
    configHash: '',
    state: 'running',
    exitCode: 0,
    outOfMemory: false,
    restartCount: 0,
    startedAtMs: 0,
    createdAtMs: 0,
    health: 'none',
    healthOutput: '',
    stopGraceMs: 0,
    publishedPorts,
    networks: [],
  }
}
