import { Duplex, PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import {
  buildRunArgs,
  buildStandInArgs,
  buildUpArgs,
  createCompose,
} from '../../../../src/adapters/compose/compose-cli.ts'
import type {
  CommandStream,
  RunOptions,
  CommandRunner,
} from '../../../../src/adapters/host/command-runner.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'

const two = [
  { service: 'backend', scale: 3 },
  { service: '-odd', scale: 1 },
]

test.each<['beside' | 'recreate' | 'force-recreate', string[]]>([
  ['beside', ['--no-recreate']],
  ['recreate', []],
  ['force-recreate', ['--force-recreate']],
])('up %s touches the named services and nothing else', (mode, more) => {
  expect(buildUpArgs(two, mode)).toEqual([
    ...['up', '--detach', '--no-deps', '--no-build', '--pull=never', ...more],
    ...['--scale=backend=3', '--scale=-odd=1', '--', 'backend', '-odd'],
  ])
})

test('a task runs in a container of its own', () => {
  const argv = ['sh', '-c', 'echo "$HOME"; exit 1']
  expect(buildRunArgs({ service: 'backend', containerName: 'backend-task-1', argv })).toEqual([
    ...['run', '--no-deps', '--no-TTY', '--label', 'traefik.enable=false'],
    ...['--name', 'backend-task-1', 'backend', ...argv],
  ])
})

test('a stand-in has the names of its service, a label of dray, and no ports', () => {
  expect(buildStandInArgs({ service: 'api', containerName: 'shop.api.stand-in' })).toEqual([
    ...['run', '--detach', '--no-deps', '--no-TTY', '--interactive=false', '--use-aliases'],
    ...['--label', 'dray.stand-in-of=api', '--name', 'shop.api.stand-in', 'api'],
  ])
})

test('deploy-time values reach Compose in its environment, and no argument list', async () => {
  const values = { IMAGE_TAG: "v'1 $HOME `id`\n", REGISTRY_OWNER: 'acme' }
  const { runner, calls } = recording()
  await createCompose({ runner, path: '/srv/shop', values }).up({ services: two, mode: 'beside' })
  const { argv, options } = calls[0]!
  expect(argv.join(' ')).not.toContain('acme')
  await using local = new LocalRunner()
  const script = `${String(options?.input)}printf '%s|%s' "$IMAGE_TAG" "$REGISTRY_OWNER"`
  expect((await local.run(['sh', '-c', script])).stdout).toBe(`${values.IMAGE_TAG}|acme`)
})

test('messages of Compose about containers are not part of the task’s output', async () => {
  const { runner } = recording([
    ' Container shop-db-1  Running',
    ' Network shop_default  Created',
    'migrating \u001b[31m3\u001b[0m',
  ])
  const lines: string[] = []
  const request = { service: 'backend', argv: ['migrate'], onLine: (line: string) => lines.push(line) }
  await createCompose({ runner, path: '/srv', values: {} }).runTask(request)
  expect(lines).toEqual(['migrating 3'])
})

test.each([
  ['2026-11-29T04:00:00.123Z', true],
  ['0001-01-01T00:00:00Z', false],
])('a task whose container started at %s has run: %s', async (startedAt, hasRun) => {
  const { runner } = recording([], undefined, { startedAt })
  let ran = false
  const onStarted = (): void => void (ran = true)
  const request = { service: 'backend', argv: ['migrate'], onLine: () => {}, onStarted }
  await createCompose({ runner, path: '/srv', values: {} }).runTask(request)
  expect(ran).toBe(hasRun)
})

test.each([
  [0, '2026-11-29T04:00:00.123Z', { exitCode: 0, output: ['syntax is ok'] }],
  [1, '2026-11-29T04:00:00.123Z', { exitCode: 1, output: ['syntax is ok'] }],
  [127, '2026-11-29T04:00:00.123Z', undefined],
  [1, '0001-01-01T00:00:00Z', undefined],
])('a try that exits with %i in a container that started at %s', async (exitCode, startedAt, expected) => {
  const { runner, calls } = recording(['syntax is ok'], undefined, { startedAt, exitCode })
  const argv = ['nginx', '-t']
  const start = { words: ['/start.sh', '/sbin/nginx'], program: '/sbin/nginx', flag: '-t' }
  const request = { service: 'web', argv, start, names: ['api', 'db'], timeoutMs: 60_000 }
  expect(await createCompose({ runner, path: '/srv', values: {} }).tryOut(request)).toEqual(expected)
  const call = calls.find(({ argv }) => argv.includes('run'))
  expect(call?.options?.input).toContain(
    '{"services":{"web":{"pull_policy":"never","extra_hosts":["api:127.0.0.1","db:127.0.0.1"]}}}',
  )
  const words = ['dray', '-t', '/sbin/nginx', '2', 'nginx', '-t', '/start.sh', '/sbin/nginx']
  expect(call?.argv.slice(-8)).toEqual(words)
})

test('a task and a stand-in pull nothing', async () => {
  const { runner, calls } = recording()
  const compose = createCompose({ runner, path: '/srv', values: {} })
  await compose.runTask({ service: 'backend', argv: ['migrate'], onLine: () => undefined })
  await compose.startStandIn({ service: 'api', containerName: 'a', aliases: [], networks: [] })
  const overrides = calls.flatMap(
    ({ options }) => /^export DRAY_IMAGES='(.*)'$/m.exec(String(options?.input))?.[1] ?? [],
  )
  expect(overrides.map((it) => JSON.parse(it) as unknown)).toEqual([
    { services: { backend: { pull_policy: 'never' } } },
    { services: { api: { pull_policy: 'never' } } },
  ])
})

test('the container of a task that is broken off is taken away', async () => {
  const { runner, calls, guards } = recording([], new Error('cancelled'))
  const compose = createCompose({ runner, path: '/srv', values: {} })
  await expect(compose.runTask({ service: 'backend', argv: ['x'], onLine: () => {} })).rejects.toThrow(
    'cancelled',
  )
  const name = guards[0]?.argv.find((it) => /^backend-task-[0-9a-f]{8}$/.test(it))
  expect(calls.at(-1)?.argv).toContain(name)
  // The last line that the guard receives makes it remove the container at once.
  expect(String(guards[0]?.stream.read())).toMatch(/done\n$/)
})

type Call = { argv: readonly string[]; options: RunOptions | undefined }

/** A shell that prints lines, or fails at its first command. */
function recording(lines: readonly string[] = [], failure?: Error, { startedAt = '', exitCode = 0 } = {}) {
  const calls: Call[] = []
  const guards: { argv: readonly string[]; stream: PassThrough }[] = []
  const open = (argv: readonly string[]): CommandStream => {
    const stream = new PassThrough()
    guards.push({ argv, stream })
    return {
      stream: Duplex.from({ writable: stream, readable: Readable.from([]) }),
      ended: Promise.resolve({ exitCode: 0, stderr: '' }),
    }
  }
  const run: CommandRunner['run'] = async (argv, options) => {
    calls.push({ argv, options })
    for (const line of lines) options?.onLine?.(line, 'stderr')
    if (failure !== undefined && argv.includes('run')) throw failure
    if (argv[1] === 'inspect') return { exitCode: 0, stdout: `${startedAt}\n`, stderr: '' }
    return { exitCode, stdout: '', stderr: '' }
  }
  return { runner: { name: 'srv', run, open } as unknown as CommandRunner, calls, guards }
}
