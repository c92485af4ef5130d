/** What the pictures of `dray ui` show: an app in three environments, as its server would send it. */
import type { Digest } from '../../src/deploy/model/image-reference.ts'
import type { KnownHost, ServiceStatus } from '../../src/operations/status/status.ts'
import type { Overview, ReleaseView } from '../../src/ui/page/model.ts'
import { ann, mona, sampleAttempt } from './sample-attempts.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

const digest = (fill: string): Digest => `sha256:${fill.repeat(64).slice(0, 64)}`

function service(name: string, tag: string, changes: Partial<ServiceStatus> = {}): ServiceStatus {
  const image = { name: `ghcr.io/acme/shop-${name}`, tag, digest: digest('3f2a1c9') }
  const well = { state: 'running', health: 'healthy', running: 1, desired: 1, restarts: 0 } as const
  return { service: name, ...well, upMs: 3 * hourMs, image, ...changes }
}

function disk(used: number): KnownHost['fileSystems'] {
  const totalBytes = 80e9
  const usedBytes = (totalBytes * used) / 100
  return [
    {
      mount: '/',
      holds: ['Docker', 'the app'],
      totalBytes,
      usedBytes,
      availableBytes: totalBytes - usedBytes,
    },
  ]
}

/** The event of the overview, at `nowMs`. */
export function sampleOverview(nowMs: number): Overview {
  const ok: KnownHost = {
    host: 'deploy@shop.example.com',
    verdict: 'ok',
    release: {
      ...{ id: 'r41', tag: 'v1.4.0', commit: { id: '3f2a1c9d07e8' }, createdAtMs: nowMs - 3 * hourMs },
      ...{ ageMs: 3 * hourMs, by: mona },
    },
    services: [
      service('backend', 'v1.4.0', { running: 2, desired: 2 }),
      service('frontend', 'v1.4.0'),
      service('nginx', '1.28'),
    ],
    drift: [],
    urls: [],
    fileSystems: disk(46),
  }
  const unhealthy: KnownHost = {
    ...ok,
    host: 'deploy@staging.example.com',
    verdict: 'unhealthy',
    release: {
      id: 'r87',
      tag: 'v1.5.0-rc.2',
      commit: { id: 'b81d40e6c2a5', isDirty: true },
      createdAtMs: nowMs - 20 * minuteMs,
      ageMs: 20 * minuteMs,
      by: ann,
    },
    services: [
      service('backend', 'v1.5.0-rc.2', { state: 'restarting', health: 'none', running: 0, restarts: 14 }),
      service('frontend', 'v1.5.0-rc.2', { upMs: 20 * minuteMs }),
      service('nginx', '1.28', { health: 'unchecked' }),
    ],
    urls: [{ url: 'http://localhost/api/health', isGood: false, status: 502 }],
    drift: [
      {
        kind: 'file',
        subject: 'nginx/conf.d/default.conf',
        message: 'nginx/conf.d/default.conf was changed manually.',
        hint: '`dray deploy staging --tag v1.5.0-rc.2` restores it.',
      },
    ],
    fileSystems: disk(91),
  }
  const before: KnownHost = { ...ok, host: 'deploy@test.example.com', fileSystems: disk(30) }
  const failure = {
    code: 'HOST_UNREACHABLE',
    title: 'The server does not answer over SSH.',
    message: 'deploy@test.example.com does not answer over SSH: Connection timed out',
    hint: 'Check the address, the network and the firewall. `ssh deploy@test.example.com true` shows whether it works.',
    exitCode: 3,
    details: {},
  }
  const view = (environment: string, host: KnownHost) => ({
    environment,
    status: { environment, verdict: host.verdict, hosts: [host] },
    reading: [],
    journalBytes: {},
    lastKnown: {},
    lastAttempts: {
      [host.host]: sampleAttempt(host.release?.createdAtMs ?? nowMs, {}, { release: host.release?.id ?? '' }),
    },
    readAtMs: nowMs,
  })
  return {
    app: 'shop',
    mayWrite: true,
    nowMs,
    environments: [
      view('production', ok),
      view('staging', unhealthy),
      {
        environment: 'test',
        status: {
          environment: 'test',
          verdict: 'unknown',
          hosts: [{ host: before.host, verdict: 'unknown', failure }],
        },
        reading: [],
        journalBytes: {},
        lastKnown: { [before.host]: { readAtMs: nowMs - 4 * minuteMs, status: before } },
        lastAttempts: {},
        readAtMs: nowMs,
      },
    ],
  }
}

/** Release r41 of production, at `nowMs`. */
export function sampleRelease(nowMs: number): ReleaseView {
  const patch = `--- nginx/conf.d/default.conf
+++ nginx/conf.d/default.conf
@@ -4,5 +4,6 @@
 server {
   listen 80;
-  client_max_body_size 1m;
+  client_max_body_size 20m;
+  gzip on;
   location /api/ {
`
  const image = (name: string, tag: string) => ({
    name: `ghcr.io/acme/shop-${name}`,
    tag,
    digest: digest('9c1e77b'),
  })
  return {
    release: 'r41',
    tag: 'v1.4.0',
    commit: { id: '3f2a1c9d07e8' },
    restores: undefined,
    createdAtMs: nowMs - 3 * hourMs,
    by: mona,
    images: [
      { service: 'backend', ...image('backend', 'v1.4.0'), replicas: 2 },
      { service: 'frontend', ...image('frontend', 'v1.4.0'), replicas: 1 },
      { service: 'nginx', name: 'nginx', tag: '1.28', digest: digest('a41f0d2'), replicas: 1 },
    ],
    files: ['docker-compose.yml', 'docker-compose.dray.yml', 'nginx/conf.d/default.conf'].map((path) => ({
      path,
      sha256: digest('5ad0').slice(7),
    })),
    variables: ['DATABASE_URL', 'MAIL_FROM', 'SHOP_SECRET', 'UPLOAD_LIMIT'],
    changes: {
      from: 'r39 (v1.3.1)',
      to: 'r41 (v1.4.0)',
      images: [
        { service: 'backend', from: image('backend', 'v1.3.1'), to: image('backend', 'v1.4.0') },
        { service: 'frontend', from: image('frontend', 'v1.3.1'), to: image('frontend', 'v1.4.0') },
      ],
      configuration: [
        { service: 'backend', change: 'changed', keys: [{ name: 'environment', change: 'changed' }] },
      ],
      variables: [
        { name: 'UPLOAD_LIMIT', change: 'added' },
        { name: 'LEGACY_MAIL', change: 'removed' },
      ],
      files: [{ path: 'nginx/conf.d/default.conf', change: 'changed', kind: 'text', patch }],
      notes: [],
    },
  }
}

/** Release r38 of production, to which a rollback is possible. */
export function sampleOlder(nowMs: number): ReleaseView {
  const { images, ...others } = sampleRelease(nowMs)
  const older = images.map((image) => (image.tag === 'v1.4.0' ? { ...image, tag: 'v1.3.2' } : image))
  return {
    ...others,
    release: 'r38',
    tag: 'v1.3.2',
    createdAtMs: nowMs - 27 * hourMs,
    images: older,
    changes: undefined,
  }
}
