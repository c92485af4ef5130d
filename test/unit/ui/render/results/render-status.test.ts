import { expect, test } from 'vitest'
import { makeStatus, unknownEnvironment } from '../../../../../src/operations/status/make-status.ts'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderStatusDetails } from '../../../../../src/ui/render/results/render-status-details.ts'
import { renderStatus } from '../../../../../src/ui/render/results/render-status.ts'
import {
  fakeStatusObservation,
  fakeSeen,
  OBSERVED_AT_MS,
} from '../../../../support/fake-status-observation.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false, columns: 110 })
const path = '/srv/shop'
const failure = (message: string, hint: string) => ({
  code: 'HOST_UNREACHABLE',
  title: '',
  message,
  hint,
  exitCode: 3,
  details: {},
})

const test1 = makeStatus({
  environment: 'test',
  path,
  hosts: [{ host: 'deploy@test', observation: fakeStatusObservation() }],
})
const production = makeStatus({
  environment: 'production',
  path,
  hosts: [
    {
      host: 'deploy@a.example.com',
      observation: fakeStatusObservation({
        containers: [
          fakeSeen('backend-1', {
            health: 'unhealthy',
            restartCount: 3,
            startedAtMs: OBSERVED_AT_MS - 90_000,
          }),
          fakeSeen('backend-2'),
          fakeSeen('web-1', { imageName: 'nginx:1.25', health: 'none' }),
        ],
      }),
    },
    {
      host: 'deploy@b.example.com',
      failure: failure(
        'deploy@b.example.com does not answer over SSH.',
        'Try `ssh deploy@b.example.com true`.',
      ),
    },
  ],
})
const staging = makeStatus({
  environment: 'staging',
  path,
  hosts: [
    {
      host: 'deploy@staging',
      observation: fakeStatusObservation({
        lock: { holder: { user: 'mona', machine: 'ci', sinceMs: OBSERVED_AT_MS - 5_000 } },
      }),
    },
  ],
})
const fresh = makeStatus({
  environment: 'fresh',
  path,
  hosts: [{ host: 'local', observation: { ...fakeStatusObservation(), release: undefined, containers: [] } }],
})
const broken = unknownEnvironment('broken', failure('There is no compose file.', 'Create one.'))

test('shows all environments side by side, with problems below', () => {
  expect(renderStatus([test1, production, staging, fresh, broken], style)).toMatchInlineSnapshot(`
    "   environment  host                  state             release  tag   age  by    running  disk
    ✓  test         deploy@test           ok                r7       v1   36 h  anna      3/3  63 %
    ✗  production   deploy@a.example.com  unhealthy         r7       v1   36 h  anna      3/3  63 %
    ✗               deploy@b.example.com  unknown
    ·  staging      deploy@staging        deploying         r7       v1   36 h  anna      3/3  63 %
    ·  fresh        local                 nothing deployed                                     63 %
    ✗  broken                             unknown

    ▲ production on deploy@a.example.com: backend fails its health check.
    ▲ production on deploy@a.example.com: shop-web-1 runs nginx:1.25, not the released image.
      → \`dray deploy production --tag v1\` restores it.
    ▲ production on deploy@b.example.com: deploy@b.example.com does not answer over SSH.
      → Try \`ssh deploy@b.example.com true\`.
    ▲ staging: mona on ci has been deploying since 2026-11-24T17:59:55Z. Drift is not checked until this ends.
    ▲ broken: There is no compose file.
      → Create one.
    "
  `)
})

test('shows a URL that does not answer, in the table and among the details', () => {
  const urls = [
    { url: 'http://localhost/', isGood: true, status: 200 },
    { url: 'http://localhost:8080/', isGood: false, error: 'refused' },
  ]
  const status = makeStatus({
    environment: 'test',
    path,
    hosts: [{ host: 'deploy@test', observation: fakeStatusObservation({ urls }) }],
  })
  const text = renderStatus([status], style)
  expect(text).toContain('test: http://localhost:8080/ does not answer (refused).')
  expect(text).toContain('`dray logs test` shows what the app says.')
  expect(text).not.toContain('http://localhost/ ')
  expect(renderStatusDetails(status, style)).toContain(
    '  http://localhost/ answers 200\n  http://localhost:8080/ does not answer (refused)\n',
  )
})

test('shows one environment with its services and disks', () => {
  expect(renderStatusDetails(production, style)).toMatchInlineSnapshot(`
    "
    production on deploy@a.example.com: release r7 (v1), deployed on 2026-11-23 06:00 UTC by anna on laptop

      service  state    health     running  restarts  uptime  tag  digest               image
      backend  running  unhealthy      2/2         3   1 min  v1   sha256:763100000000  ghcr.io/acme/backend
      web      running  no check       1/1         0    36 h  v1   sha256:763100000000  ghcr.io/acme/web

      /  ████████████▌░░░░░░░  63 %  18.0 GB free of 50.0 GB, for Docker and the app
    "
  `)
})

test('shows the facts of a host without a deploy', () => {
  expect(renderStatusDetails(fresh, style)).toMatchInlineSnapshot(`
    "
    fresh on local: nothing deployed yet.

      /  ████████████▌░░░░░░░  63 %  18.0 GB free of 50.0 GB, for Docker and the app
    "
  `)
})

test('the output of a command that failed is shown between the message and the hint', () => {
  const failed = {
    ...failure('Reading the app failed with exit code 1.', 'Read it.'),
    details: { logTail: ['docker ps printed too much'] },
  }
  const host = makeStatus({ environment: 'test', path, hosts: [{ host: 'deploy@test', failure: failed }] })
  expect(renderStatus([host], style)).toContain(
    'exit code 1.\n  │ docker ps printed too much\n  → Read it.\n',
  )
})

test('an outage during a deploy is not hidden by it', () => {
  const down = makeStatus({
    environment: 'test',
    path,
    hosts: [
      {
        host: 'deploy@test',
        observation: fakeStatusObservation({
          containers: [fakeSeen('backend-1'), fakeSeen('backend-2')],
          lock: { holder: { user: 'mona', machine: 'ci', sinceMs: OBSERVED_AT_MS } },
        }),
      },
    ],
  })
  const [heading = '', row = '', , ...problems] = renderStatus([down], style).split('\n')
  expect(heading).toContain('state')
  expect(row).toMatch(/✗ +test +deploy@test +unhealthy, deploying +r7/)
  expect(problems.join('\n')).toContain('test: No container of web runs.')
})
