/** What the other screens of `dray ui` show in the pictures. */
import type {
  ChecksView,
  ContainersView,
  DiskView,
  LogAnswer,
  RollbackView,
  VariablesView,
} from '../../src/ui/page/model.ts'

const HOST = 'deploy@shop.example.com'
const hourMs = 3_600_000

/** The first answer about the logs; the next ones have no line. */
export function sampleLogs(nowMs: number): LogAnswer {
  const said: readonly (readonly [container: number, isError: 0 | 1, text: string])[] = [
    [2, 0, '203.0.113.7 - - "GET /api/articles?page=2 HTTP/1.1" 200 5120 "-" "Mozilla/5.0"'],
    [0, 0, 'GET /api/articles 200 in 12 ms'],
    [1, 0, 'GET /articles/enamel-mug 200 in 4 ms'],
    [0, 0, 'POST /api/orders 201 in 38 ms order=10482'],
    [3, 0, 'sending mail to the customer of order 10482'],
    [3, 1, 'mail.example.com:587 did not answer within 5 s; trying again in 30 s'],
    [2, 0, '203.0.113.9 - - "GET / HTTP/1.1" 200 1822 "-" "Mozilla/5.0"'],
    [0, 0, 'GET /api/version 200 in 1 ms'],
  ]
  return {
    session: 'sample',
    reopened: [],
    hosts: 1,
    containers: [
      { host: HOST, service: 'backend', name: 'backend-1' },
      { host: HOST, service: 'frontend', name: 'frontend-1' },
      { host: HOST, service: 'nginx', name: 'nginx-1' },
      { host: HOST, service: 'worker', name: 'worker-1' },
    ],
    lines: Array.from({ length: 400 }, (_, index) => {
      const [container, kind, text] = said[index % said.length] ?? [0, 0, '']
      return [nowMs - (400 - index) * 700, container, kind, text] as const
    }),
    isMore: false,
    failures: [],
  }
}

/** Ten minutes of four containers, one of which is restarting. */
export function sampleContainers(nowMs: number): ContainersView {
  const container = (name: string, cpu: number, memoryMb: number) => {
    const times = Array.from({ length: 120 }, (_, index) => {
      const wave = 1 + 0.4 * Math.sin(index / 7 + cpu) + 0.2 * Math.sin(index * 1.7)
      const atMs = nowMs - (119 - index) * 5_000
      return [atMs, cpu * wave, memoryMb * 1e6 * (0.9 + index / 1200), 'healthy' as const] as const
    })
    return {
      name: `shop-${name}-1`,
      service: name,
      state: 'running' as const,
      health: 'healthy' as const,
      healthOutput: 'ok',
      restarts: 0,
      startedAtMs: nowMs - 3 * hourMs,
      upMs: 3 * hourMs,
      cpuPercent: Math.round(cpu * 10) / 10,
      memoryBytes: memoryMb * 1e6,
      memoryLimitBytes: 4e9,
      times,
    }
  }
  const worker = container('worker', 44, 310)
  return {
    nowMs,
    hosts: [
      {
        host: HOST,
        readAtMs: nowMs,
        containers: [
          container('backend', 12.4, 182),
          container('frontend', 3.1, 96),
          container('nginx', 0.6, 14),
          {
            ...worker,
            health: 'unhealthy',
            healthOutput: 'mail.example.com:587 does not answer',
            restarts: 2,
            startedAtMs: nowMs - 0.2 * hourMs,
            upMs: 0.2 * hourMs,
            times: worker.times.map(([atMs, cpu, memory], index) => [
              atMs,
              cpu,
              memory,
              index < 60 ? 'healthy' : index < 70 ? 'starting' : 'unhealthy',
            ]),
          },
        ],
      },
    ],
  }
}

/** The disk of production, 46 % full. */
export function sampleDisk(): DiskView {
  const fileSystems = [
    { mount: '/', holds: ['Docker', 'the app'], totalBytes: 80e9, usedBytes: 36.8e9, availableBytes: 43.2e9 },
  ] as const
  const image = (name: string, sizeBytes: number) => ({
    stage: 'images' as const,
    id: name,
    name,
    sizeBytes,
    mayGo: true,
    reason: 'no release needs it, and no container uses it',
    owner: undefined,
    names: [name],
  })
  const removed = [
    image('ghcr.io/acme/shop-backend:v1.2.0', 310e6),
    image('ghcr.io/acme/shop-frontend:v1.2.0', 240e6),
  ]
  return {
    hosts: [
      {
        host: HOST,
        answer: {
          report: {
            host: HOST,
            fileSystems,
            shares: [
              { kind: 'release', name: 'release r41 (v1.4.0)', sizeBytes: 620e6, note: 'current' },
              { kind: 'release', name: 'release r38 (v1.3.2)', sizeBytes: 140e6, note: '27 hours ago' },
              { kind: 'release', name: 'release r37 (v1.3.1)', sizeBytes: 130e6, note: '2 days ago' },
              { kind: 'shared-layers', name: 'layers shared by several images', sizeBytes: 1.9e9 },
              { kind: 'volumes', name: 'volumes of shop', sizeBytes: 12.4e9, note: 'shop_database' },
              { kind: 'container-logs', name: 'container logs', sizeBytes: 420e6 },
              { kind: 'reclaimable', name: 'removable by `dray clean`', sizeBytes: 550e6, note: '2 images' },
              {
                kind: 'everything-else',
                name: 'everything else',
                sizeBytes: 20.6e9,
                note: 'not used by Docker, on /',
              },
            ],
            warnings: [],
          },
          cleaning: { host: HOST, fileSystems, removed, retained: [], fileSystemsAfter: fileSystems },
        },
      },
    ],
  }
}

/** Checks of production, of which one warns. */
export function sampleChecks(): ChecksView {
  const ok = (
    name: 'ssh' | 'tools' | 'docker' | 'compose' | 'directory' | 'env' | 'lock' | 'disk',
    value: string,
  ) => ({ name, outcome: 'ok', value }) as const
  return {
    isReady: true,
    hosts: [
      {
        host: HOST,
        checks: [
          ok('ssh', 'connected in 0.2 s'),
          ok('tools', 'all there'),
          ok('docker', 'Engine 29.1.2, linux/amd64'),
          ok('compose', 'Compose 2.40.3'),
          ok('directory', '/srv/shop, writable'),
          ok('env', '4 variables'),
          ok('lock', 'free'),
          ok('disk', '46 % used, 43.2 GB free'),
          {
            name: 'url',
            outcome: 'warning',
            value: 'shop.example.com',
            message: 'shop.example.com leads to 203.0.113.50, which is no address of this host.',
            hint: 'If it is a load balancer, this is as it should be.',
          },
        ],
      },
    ],
    repository: {
      findings: [
        {
          code: 'IMAGE_LATEST',
          severity: 'warning',
          message: 'The image of worker has the tag latest.',
          why: 'It may change between two hosts.',
          hint: 'Use `${IMAGE_TAG}`.',
          file: 'docker-compose.yml',
          line: 31,
          column: 12,
          endLine: 31,
          endColumn: 50,
          sourceLine: '    image: ghcr.io/acme/shop-worker:latest',
          isFixable: true,
        },
      ],
      summary: { files: 42, rules: 61, durationMs: 180, fixed: 0 },
    },
  }
}

/** Names of production's `.env`. */
export function sampleVariables(): VariablesView {
  const variable = (name: string) =>
    ({ name, state: 'set', inExample: true, inCompose: 'required', verdict: 'ok' }) as const
  return {
    hasExample: true,
    hosts: [
      {
        host: HOST,
        answer: {
          host: HOST,
          path: '/srv/shop',
          mode: '600',
          variables: [
            { ...variable('MAIL_FROM'), state: 'missing', verdict: 'missing' },
            variable('DATABASE_URL'),
            variable('SHOP_SECRET'),
            variable('UPLOAD_LIMIT'),
            { ...variable('LEGACY_MAIL'), inExample: false, inCompose: 'no', verdict: 'unused' },
          ],
        },
      },
    ],
  }
}

/** The plan of a rollback of production to r38. */
export function sampleRollback(): RollbackView {
  const titles = [
    ['Place 2 files', 'they differ from those of r38'],
    ['Start new backend (2) and frontend', 'r41 is running'],
    ['Wait until backend and frontend are healthy', 'before traffic'],
    ['Switch traffic in nginx to the new backend and frontend', 'they are healthy'],
    ['Record the release', 'r42 serves'],
    ['Stop the old backend (2)', 'replaced'],
    ['Stop the old frontend', 'replaced'],
  ] as const
  return {
    plan: 'sample',
    command: 'dray rollback production r38',
    steps: titles.map(([title, cause], index) => ({ id: index + 1, host: HOST, title, cause, details: [] })),
    hooks: [],
    warnings: [],
    notUndone: ['task migrate, run by r41'],
    confirmName: 'production',
  }
}
