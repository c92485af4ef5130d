import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { chmod, readFile } from 'node:fs/promises'
import { makeStatus } from '../../src/operations/status/make-status.ts'
import type { Timeline } from '../../src/ui/page/model.ts'
import { fakeSeen, fakeStatusObservation } from '../support/fake-status-observation.ts'
import { makeProject } from '../support/make-project.ts'
import { runCli } from '../support/run-cli.ts'

// `dray gate` as ssh shows it: what it refuses, and what the files of its directory have for the requests that it allows.
const gate = `#!/bin/sh
bin=\${0%/*}
for request in "$@"; do :; done
echo "$request" >>"$bin/requests"
answer="$bin/$(echo "$request" | tr -d ' ')"
if [ -f "$answer" ]; then exec cat "$answer"; fi
cat >&2 <<'END'
✗ An SSH key was used for a request that its gate does not allow. [GATE_REFUSED]

  This key does not allow \`exec sh -c 'echo dray-connected; read -r _'\`.

  → Allowed after \`ssh HOST\`: \`deploy TAG [IMAGE@DIGEST...]\`, \`status\`.
END
exit 3
`
const files = {
  'compose.yml': 'services:\n  api:\n    image: ghcr.io/acme/shop\n',
  'dray.yml': 'app: shop\nenvironments:\n  production: { hosts: [deploy@a, deploy@b], path: /srv/shop }\n',
  'bin/ssh': gate,
}

beforeEach(() => vi.stubGlobal('PAGE_ARCHIVE', { 'index.html': '' }))
afterEach(() => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
})

type Answers = Readonly<Record<string, readonly object[]>>

/** A project whose `ssh` is the gate, which allows the requests that have an answer. */
async function makeGatedProject(answers: Answers): Promise<string> {
  const texts = Object.entries(answers).map(([request, lines]) => [
    `bin/${request.replaceAll(' ', '')}`,
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  ])
  const cwd = await makeProject({ ...files, ...(Object.fromEntries(texts) as Record<string, string>) })
  await chmod(join(cwd, 'bin/ssh'), 0o755)
  vi.stubEnv('PATH', [join(cwd, 'bin'), process.env['PATH']].join(delimiter))
  return cwd
}

type Page = {
  get: (path: string) => Promise<Response>
  ask: (question: string, more?: string) => Promise<unknown>
  /** The first overview that `isIt` accepts. */
  overview: (isIt: (text: string) => boolean) => Promise<unknown>
  requests: () => Promise<string[]>
}

/** `dray ui` with a key of `dray gate` for every host, until `use` is done. */
async function withGateKey(answers: Answers, use: (page: Page) => Promise<void>): Promise<void> {
  const cwd = await makeGatedProject(answers)
  const stop = new AbortController()
  let stdout = ''
  const running = runCli(['ui', '--json'], { cwd, signal: stop.signal, onStdout: (text) => (stdout += text) })
  await expect.poll(() => stdout).toContain('"type":"ui.started"')
  const { url } = JSON.parse(stdout) as { url: string }
  const headers = { cookie: (await fetch(url)).headers.getSetCookie()[0]?.replace(/;.*/, '') ?? '' }
  try {
    const get = (path: string) => fetch(url.replace(/\?.*/, path), { headers, signal: stop.signal })
    await use({
      get,
      ask: async (question, more = '') => (await get(`api/${question}?environment=production${more}`)).json(),
      overview: async (isIt) => readOverview(await get('events'), isIt),
      requests: async () => (await readFile(join(cwd, 'bin/requests'), 'utf8')).trim().split('\n'),
    })
  } finally {
    stop.abort()
    expect((await running).exitCode).toBe(0)
  }
}

async function readOverview({ body }: Response, isIt: (text: string) => boolean): Promise<unknown> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    const complete = text.split('\n\n').slice(0, -1).at(-1) ?? ''
    if (!isIt(complete)) continue
    const [last = ''] = complete.split('\n').filter((line) => line.startsWith('data: '))
    return JSON.parse(last.slice('data: '.length))
  }
  throw new Error(text)
}

const logTail = expect.arrayContaining([expect.stringContaining('`status`')]) as string[]
const refusal = (host: string): object => ({
  code: 'GATE_REFUSED',
  message: `The key that ${host} accepted is one of \`dray gate\`: it may send the requests that the gate names, and read nothing else.`,
  hint: `Give dray another key for ${host}, for example as \`IdentityFile\` in ~/.ssh/config.`,
  details: { logTail },
})
const refusalOf = (host: string, request: string): object => ({
  code: 'GATE_REFUSED',
  message: `The key that ${host} accepted is one of \`dray gate\`, which does not allow \`${request}\`.`,
  hint: `Allow \`${request.replace(/ .*/, '')}\` in its line of \`authorized_keys\`, with a dray there that is as new as this one; or give dray another key for ${host}, for example as \`IdentityFile\` in ~/.ssh/config.`,
  details: { logTail },
})
const hosts = ['deploy@a', 'deploy@b']

test('with a key of `dray gate` that allows no request of the page, every screen says for each host what that key may not do', async () => {
  await withGateKey({}, async ({ ask }) => {
    const failed = hosts.map((host) => ({ host, failure: refusal(host) }))
    const asked = hosts.map((host) => ({ host, failure: refusalOf(host, 'history --json --steps') }))
    expect(await ask('timeline')).toMatchObject({ hosts: asked })
    await expect.poll(() => ask('live')).toMatchObject({ hosts: asked })
    await expect.poll(() => ask('containers')).toMatchObject({ hosts: failed })
    await expect.poll(() => ask('logs', '&view=1&tail=200')).toMatchObject({ lines: [], failures: failed })
    const answers = hosts.map((host) => ({ host, answer: { failure: refusal(host) } }))
    expect(await ask('disk')).toMatchObject({ hosts: answers })
    expect(await ask('variables')).toMatchObject({ hosts: answers })
    const checks = hosts.map((host) => ({
      host,
      checks: [{ name: 'ssh', outcome: 'failed', failure: refusal(host) }],
    }))
    expect(await ask('checks')).toMatchObject({ isReady: false, hosts: checks })
    expect(await ask('release', '&host=deploy%40b&release=r1')).toMatchObject({
      failure: refusal('deploy@b'),
    })
  })
})

test('the overview shows hosts whose gate does not allow `status` as unknown, with the reason', async () => {
  await withGateKey({}, async ({ overview }) => {
    const isWhole = (text: string): boolean => hosts.every((host) => text.includes(`that ${host} accepted`))
    expect(await overview(isWhole)).toMatchObject({
      environments: [
        {
          status: {
            verdict: 'unknown',
            hosts: hosts.map((host) => ({
              ...{ host, verdict: 'unknown', failure: refusalOf(host, 'status --json') },
            })),
          },
        },
      ],
    })
  })
})

const introduction = {
  ...{ version: 1, type: 'gate', time: '2026-11-24T18:00:00.000Z' },
  ...{ environment: 'on-server', path: '/srv/shop', hosts: ['local'] },
}
const status = makeStatus({
  ...{ environment: 'on-server', path: '/srv/shop' },
  hosts: [{ host: 'local', observation: fakeStatusObservation({ containers: [fakeSeen('web-1')] }) }],
})
const attempt = {
  ...{ version: 1, type: 'history.attempt', host: 'local', startedAt: '2026-11-23T06:00:00.000Z' },
  ...{ release: 'r7', tag: 'v1', durationMs: 9000, outcome: { kind: 'deployed' } },
  ...{ isArchived: true, isCurrent: true },
}
const steps = [{ id: 1, kind: 'pull-image', startedAtMs: 5, durationMs: 2, outcome: 'done' }]
const allowed = {
  'status --json': [introduction, { version: 1, type: 'status', ...status }],
  'history --json': [introduction, attempt],
  'history --json --steps': [introduction, { ...attempt, steps, plan: [], samples: [] }],
}

test('with a key that allows `status` and `history`, the page shows what they tell, for one request each', async () => {
  await withGateKey(allowed, async ({ ask, overview, requests }) => {
    const seen = await overview((text) => text.split('"durationMs":9000').length > hosts.length)
    expect(seen).toMatchObject({
      environments: [
        {
          status: {
            verdict: 'unhealthy',
            hosts: hosts.map((host) => ({
              ...{ host, verdict: 'unhealthy', release: { id: 'r7', by: { user: 'anna' } } },
              drift: [{ hint: '`dray deploy production --tag v1` restores it.' }],
            })),
          },
          journalBytes: Object.fromEntries(hosts.map((host) => [host, 1000])),
        },
      ],
    })
    const before = await requests()
    expect(before.filter((it) => it.startsWith('status')).length).toBe(hosts.length)
    expect(before.filter((it) => it.startsWith('history')).length).toBe(hosts.length)
    expect(await ask('timeline')).toMatchObject({
      hosts: hosts.map((host) => ({ host, attempts: [{ release: 'r7', tag: 'v1', steps }], tasks: [] })),
    })
    await expect
      .poll(() => ask('live'))
      .toMatchObject({ hosts: hosts.map((host) => ({ host, isRead: true, attempt: { release: 'r7' } })) })
    expect(await ask('disk')).toMatchObject({
      hosts: hosts.map((host) => ({ host, answer: { failure: refusal(host) } })),
    })
    const after = await requests()
    expect(after.filter((it) => it.startsWith('exec')).length).toBe(hosts.length)
    expect(after.filter((it) => it === 'history --json --steps').length).toBe(2 * hosts.length)
  })
})

describe('the timeline', () => {
  const answerOf = (entries: number): object[] => [
    introduction,
    ...Array.from({ length: entries }, (_, at) => ({
      ...{ ...attempt, steps, plan: [], samples: [] },
      release: `r${entries - at}`,
    })),
  ]
  const shown = async (ask: Page['ask']): Promise<number[]> =>
    ((await ask('timeline')) as Timeline).hosts.map((it) => ('attempts' in it ? it.attempts.length : 0))

  test('shows as many deploys with a key of a gate as with another one', async () => {
    const answers = {
      'history --json --steps': answerOf(20),
      'history --json --steps --limit 50': answerOf(50),
    }
    await withGateKey(answers, async ({ ask, requests }) => {
      expect(await shown(ask)).toEqual([50, 50])
      expect((await requests()).filter((it) => it === 'history --json --steps')).toEqual([])
    })
  })

  test('shows 20 of a gate of an older dray, which is asked for more once', async () => {
    await withGateKey({ 'history --json --steps': answerOf(20) }, async ({ ask, requests }) => {
      for (let times = 0; times < 2; times += 1) expect(await shown(ask)).toEqual([20, 20])
      const asked = await requests()
      expect(asked.filter((it) => it.endsWith(' --limit 50')).length).toBe(hosts.length)
    })
  })
})

test('of a gate with several servers, one of which is down, the others are shown, and that one is named', async () => {
  const several = { ...introduction, hosts: ['a', 'b'] }
  const failure = {
    ...{ code: 'HOST_UNREACHABLE', title: 'T.', message: 'b does not answer over SSH.', hint: 'Start b.' },
    ...{ exitCode: 3, details: {} },
  }
  const [known] = status.hosts
  const down = [
    { version: 1, type: 'history.unread', host: 'b', failure },
    { version: 1, type: 'failed', failure },
  ]
  const answers = {
    'status --json': [
      several,
      {
        type: 'status',
        hosts: [
          { ...known, host: 'a' },
          { host: 'b', verdict: 'unknown', failure },
        ],
      },
    ],
    'history --json': [several, { ...attempt, host: 'a' }, ...down],
    'history --json --steps': [
      several,
      { ...attempt, ...{ host: 'a', steps, plan: [], samples: [] } },
      ...down,
    ],
  }
  await withGateKey(answers, async ({ ask, overview, requests }) => {
    const seen = await overview((text) => text.split('"durationMs":9000').length > hosts.length)
    expect(seen).toMatchObject({
      environments: [
        {
          status: {
            hosts: hosts.flatMap((host) => [
              { host: `${host}: a`, verdict: 'unhealthy' },
              { host: `${host}: b`, verdict: 'unknown', failure: { code: 'HOST_UNREACHABLE' } },
            ]),
          },
          lastAttempts: Object.fromEntries(hosts.map((host) => [`${host}: a`, { release: 'r7' }])),
        },
      ],
    })
    expect((await requests()).filter((it) => it === 'history --json').length).toBe(hosts.length)
    const told = (host: string): object => ({
      host: `${host}: b`,
      failure: { message: `The gate of ${host}: b does not answer over SSH.`, hint: 'Start b.' },
    })
    expect(await ask('timeline')).toMatchObject({
      hosts: hosts.flatMap((host) => [{ host: `${host}: a`, attempts: [{ release: 'r7' }] }, told(host)]),
    })
    await expect
      .poll(() => ask('live'))
      .toMatchObject({
        hosts: hosts.flatMap((host) => [{ host: `${host}: a`, attempt: { release: 'r7' } }, told(host)]),
      })
  })
  const cwd = await makeGatedProject(answers)
  const { exitCode, stdout, stderr } = await runCli(['history', 'production', '--plain'], { cwd })
  expect(exitCode).toBe(3)
  for (const host of hosts) expect(stdout).toContain(`${host}: a\n`)
  expect(stderr).toContain('The gate of deploy@a: b does not answer over SSH.')
  expect(stderr).toContain('The gate of deploy@b: b does not answer over SSH.')
})

test('an answer that is no status leaves the host unknown, and the page whole', async () => {
  const lines = [introduction, { version: 1, type: 'status', hosts: [{ host: 'local', verdict: 'fine' }] }]
  await withGateKey({ 'status --json': lines }, async ({ overview }) => {
    const seen = await overview((text) => hosts.every((host) => text.includes(`gate of ${host} answered`)))
    expect(seen).toMatchObject({
      environments: [{ status: { hosts: hosts.map((host) => ({ host, verdict: 'unknown' })) } }],
    })
  })
})

test('`dray status` and `dray history` show what such a key allows', async () => {
  const cwd = await makeGatedProject(allowed)
  const shown = await runCli(['status', 'production', '--plain'], { cwd })
  expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('unhealthy') as string })
  expect(shown.stdout).toContain('r7')
  const measured = await runCli(['status', 'production', '--usage'], { cwd })
  expect(measured).toMatchObject({ exitCode: 0 })
  expect(measured.stderr).toContain('CPU and memory are not measured on deploy@a')
  const history = await runCli(['history', 'production', '--steps', '--json'], { cwd })
  expect(history.exitCode).toBe(0)
  const lines = history.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toMatchObject(hosts.map((host) => ({ type: 'history.attempt', host, release: 'r7', steps })))
})

describe('`dray history --limit`', () => {
  const answerOf = (entries: number): object[] => [
    introduction,
    ...Array.from({ length: entries }, (_, at) => ({ ...attempt, release: `r${entries - at}` })),
  ]
  const lineCount = (text: string): number => text.split('\n').filter((it) => it !== '').length

  test('asks the gate for as many entries', async () => {
    const cwd = await makeGatedProject({ 'history --json --limit 50': answerOf(50) })
    const { exitCode, stdout, stderr } = await runCli(['history', 'production', '--json', '--limit', '50'], {
      cwd,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(lineCount(stdout)).toBe(50 * hosts.length)
  })

  test('gets 20 of an older gate, and says so', async () => {
    const cwd = await makeGatedProject({ 'history --json': answerOf(20) })
    for (const [flags, own] of [
      [['--json'], 0],
      [['--plain'], 1],
    ] as const) {
      const shown = await runCli(['history', 'production', '--limit', '50', ...flags], { cwd })
      expect(shown.exitCode).toBe(0)
      expect(lineCount(shown.stdout)).toBeGreaterThanOrEqual((20 + own) * hosts.length)
      for (const host of hosts)
        expect(shown.stderr).toContain(
          `The gate of ${host} gives the last 20 entries alone. With a newer dray`,
        )
    }
  })

  test('gets at most 100, and says so', async () => {
    const cwd = await makeGatedProject({ 'history --json --steps --limit 100': answerOf(100) })
    const shown = await runCli(['history', 'production', '--limit', '500', '--steps', '--json'], { cwd })
    expect(shown).toMatchObject({ exitCode: 0 })
    expect(lineCount(shown.stdout)).toBe(100 * hosts.length)
    expect(shown.stderr).toContain('The gate of deploy@a gives the last 100 entries alone. With another key')
  })

  test('says nothing if there are no more, and asks for no limit below 20', async () => {
    const cwd = await makeGatedProject({ 'history --json': answerOf(19) })
    for (const limit of ['50', '3']) {
      const shown = await runCli(['history', 'production', '--limit', limit, '--json'], { cwd })
      expect(shown).toMatchObject({ exitCode: 0, stderr: '' })
      expect(lineCount(shown.stdout)).toBe(Math.min(19, Number(limit)) * hosts.length)
    }
  })
})

test('`dray history` fails with the request that the key would need', async () => {
  const cwd = await makeGatedProject({})
  const { exitCode, stderr } = await runCli(['history', 'production'], { cwd })
  expect(exitCode).toBe(3)
  expect(stderr).toContain('which does not allow `history --json`.')
})
