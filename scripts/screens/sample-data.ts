/** What the pictures of `dray ui` show: an app in three environments, as its server would send it. */
import type { Attempt, StepTime } from '../../src/deploy/releases/history.ts'
import type { Digest } from '../../src/deploy/model/image-reference.ts'
import type { KnownHost, ServiceStatus } from '../../src/operations/status/status.ts'
import type { Overview, ReleaseView, Timeline } from '../../src/ui/page/model.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const mona = { user: 'mona', machine: 'runner', run: 'https://github.com/acme/shop/actions/runs/4711' }
const ann = { user: 'ann', machine: 'laptop' }

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
    release: { id: 'r41', tag: 'v1.4.0', createdAtMs: nowMs - 3 * hourMs, ageMs: 3 * hourMs, by: mona },
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
  const view = (environment: string, host: KnownHost, requests: { sent: number; failed: number }) => ({
    environment,
    status: { environment, verdict: host.verdict, hosts: [host] },
    lastKnown: {},
    lastAttempts: { [host.host]: attempt(nowMs, { release: host.release?.id ?? '', requests }) },
    readAtMs: nowMs,
  })
  return {
    app: 'shop',
    environments: [
      view('production', ok, { sent: 2896, failed: 0 }),
      view('staging', unhealthy, { sent: 3120, failed: 0 }),
      {
        environment: 'test',
        status: {
          environment: 'test',
          verdict: 'unknown',
          hosts: [{ host: before.host, verdict: 'unknown', failure }],
        },
        lastKnown: { [before.host]: { readAtMs: nowMs - 4 * minuteMs, status: before } },
        lastAttempts: {},
        readAtMs: nowMs,
      },
    ],
  }
}

const durations: readonly (readonly [kind: string, durationMs: number, task?: string])[] = [
  ['pull-image', 2100],
  ['place-files', 90],
  ['run-task', 640, 'migrate'],
  ['start-beside', 420],
  ['wait-healthy', 1600],
  ['switch-traffic', 180],
  ['check-url', 12],
  ['stop-old', 610],
  ['record-release', 30],
  ['remove-old', 140],
]

function steps(startedAtMs: number, failsAt?: string): StepTime[] {
  let atMs = startedAtMs
  const run: StepTime[] = durations.map(([kind, durationMs, task], index) => {
    const step = { id: index + 1, kind, ...(task !== undefined && { task }), startedAtMs: atMs, durationMs }
    atMs += durationMs
    return { ...step, outcome: kind === failsAt ? 'failed' : 'done' }
  })
  const last = run.findIndex(({ outcome }) => outcome === 'failed')
  return last === -1 ? run : run.slice(0, last + 1)
}

function attempt(startedAtMs: number, changes: Partial<Attempt> & { release: string }): Attempt {
  return {
    tag: 'v1.4.0',
    restores: undefined,
    startedAtMs,
    durationMs: 5822,
    by: mona,
    outcome: { kind: 'deployed' },
    requests: { sent: 2896, failed: 0 },
    steps: steps(startedAtMs),
    imagesChanged: ['backend', 'frontend'],
    isArchived: true,
    isCurrent: false,
    ...changes,
  }
}

/** The timeline of production, at `nowMs`. */
export function sampleTimeline(nowMs: number): Timeline {
  const reason = 'backend did not become healthy within 38 s: connection refused at localhost:8000.'
  const failed = { kind: 'failed', code: 'RELEASE_UNHEALTHY', reason, step: 'wait-healthy' } as const
  const yesterdayMs = nowMs - 26 * hourMs
  return {
    hosts: [
      {
        host: 'deploy@shop.example.com',
        attempts: [
          attempt(nowMs - 3 * hourMs, { release: 'r41', isCurrent: true }),
          attempt(nowMs - 5 * hourMs, {
            release: 'r40',
            outcome: failed,
            isArchived: false,
            durationMs: 41_300,
            requests: { sent: 8260, failed: 0 },
            steps: steps(nowMs - 5 * hourMs, 'wait-healthy'),
          }),
          attempt(yesterdayMs, {
            release: 'r39',
            tag: 'v1.3.1',
            by: ann,
            isArchived: false,
            restores: { release: 'r37', tag: 'v1.3.1' },
            imagesChanged: ['backend'],
            requests: { sent: 1410, failed: 0 },
            durationMs: 2904,
          }),
          attempt(yesterdayMs - hourMs, {
            release: 'r38',
            tag: 'v1.3.2',
            requests: { sent: 2710, failed: 3 },
          }),
          attempt(yesterdayMs - 40 * hourMs, { release: 'r37', tag: 'v1.3.1' }),
        ],
        tasks: [
          {
            task: 'reindex',
            release: 'r41',
            startedAtMs: nowMs - 2 * hourMs,
            by: ann,
            outcome: 'failed',
            exitCode: 2,
            durationMs: 12_400,
          },
        ],
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
