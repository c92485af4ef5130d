import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { composeWith } from '../support/compose-parts.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'
import type { TerminalProgram } from '../../support/terminal.ts'

const net = attachTestNet()
const server = net.server('srv1')
const drayConfig = { proxy: { keepalive: false } }
let app: TestApp
let other: TestApp

beforeAll(async () => {
  const make = (name: string, port: number) =>
    TestApp.make({
      net,
      server,
      name,
      port,
      config: drayConfig,
      files: {
        'docker-compose.yml': composeWith({
          port,
          backend: '    environment: [GREETING]\n    pull_policy: always',
        }),
      },
      environment: { env: { GREETING: `hello from ${name}` } },
      envFile: `SHOP_START_MS=100\nAPP_NAME=${name}\n`,
    })
  ;[app, other] = await Promise.all([make('worked-on', 8080), make('bystander', 8090)])
  await Promise.all([app.mustDeploy('v1'), other.mustDeploy('v1')])
})

afterAll(() => Promise.all([app, other].map((it) => it[Symbol.asyncDispose]())))

describe('dray exec', () => {
  test('runs a command in the running container, with its exit code and its streams apart', async () => {
    const script = 'echo "$APP_NAME $GREETING"; echo problem >&2; exit 42'
    const result = await app.dray(['exec', 'test', 'backend', 'sh', '-c', script])
    expect(result).toEqual({
      exitCode: 42,
      stdout: 'worked-on hello from worked-on\n',
      stderr: 'problem\n',
    })
  })

  test('passes standard input and output through, byte for byte', async () => {
    const script = `head -c 3000000 /dev/urandom > data
      dray exec test backend -- cat < data > back && cmp data back && dray exec test backend -- sha256sum < data`
    const { exitCode, stdout } = await net.client.run(['sh', '-ec', script], { cwd: app.directory })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^[0-9a-f]{64} {2}-\n$/)
  })

  test('has a user, a directory and variables of its own', async () => {
    const args = ['--user', '0', '--workdir', '/tmp', '--env', 'A=one two', '--env', 'HERE']
    const result = await app.dray(
      ['exec', 'test', 'backend', ...args, '--', 'sh', '-c', 'id -u; pwd; echo "$A $HERE"'],
      { env: { HERE: 'and there' } },
    )
    expect(result.stdout).toBe('0\n/tmp\none two and there\n')
  })

  test('refuses an unknown service, and lists the known ones', async () => {
    expect(await app.dray(['exec', 'test', 'bakend', '--', 'true'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Did you mean `backend`?') as string,
    })
    expect(await app.dray(['exec', 'test', 'backend', '--index', '7', '--', 'true'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('SERVICE_NOT_RUNNING') as string,
    })
    expect(await app.dray(['exec', 'test'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('The service is missing.') as string,
    })
  })

  test('is a shell on a terminal, which Ctrl-C leaves alone and which resizes with ours', async () => {
    const program = app.drayOnTerminal(['exec', 'test', 'backend'], { env: { TERM: 'xterm' } })
    program.type('stty size; echo "at $APP_NAME"\r')
    await program.untilShown('at worked-on')
    expect(await program.terminal.text()).toContain('24 80')
    program.type("sh -c 'echo be''gun; exec sleep 600'\r")
    await program.untilShown('begun')
    program.type('\u0003')
    await program.untilShown('^C')
    program.type('echo "still $((1 + 1))"\r')
    await program.untilShown('still 2')
    await resizeUntilKnown(program)
    program.type('exit 7\r')
    expect(await program.exited).toBe(7)
  })
})

describe('dray run', () => {
  test('runs a command in a container of its own, of the release, and removes it', async () => {
    const before = await app.containerIds()
    const script = 'cat; hostname; echo "$GREETING"; echo problem >&2; exit 5'
    const result = await app.dray(['run', 'test', 'backend', 'sh', '-c', script], { input: 'in\n' })
    // Compose 2.40 ends with an empty line there when the exit code is not 0.
    expect({ ...result, stderr: result.stderr.trim() }).toMatchObject({ exitCode: 5, stderr: 'problem' })
    const [input, hostname = '', greeting] = result.stdout.split('\n')
    expect([input, greeting]).toEqual(['in', 'hello from worked-on'])
    expect(before.some((id) => id.startsWith(hostname))).toBe(false)
    expect(await app.containerIds()).toEqual(before)
    expect(await oneOffs()).toBe('')
  })

  test('pulls nothing, whatever the pull policy', async () => {
    await net.registry.forgetRequests()
    const args = ['run', 'test', 'backend', 'sh', '-c', 'echo "$APP_NAME"']
    expect(await app.dray(args)).toEqual({ exitCode: 0, stdout: 'worked-on\n', stderr: '' })
    expect(await net.registry.requests()).toEqual([])
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it with 130, and the container is gone',
    async (signal) => {
      const running = await startUntil(app, { args: sleeping }, /sleeps/)
      running.kill(signal)
      expect((await running.done).exitCode).toBe(130)
      expect(await oneOffs()).toBe('')
    },
  )

  test('on a terminal, Ctrl-C is for the command', async () => {
    const script = 'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done'
    const program = app.drayOnTerminal(['run', 'test', 'backend', '--', 'sh', '-c', script])
    await program.untilShown('ready')
    program.type('\u0003')
    expect(await program.exited).toBe(9)
    expect(await program.terminal.text()).toContain('caught')
    expect(await oneOffs()).toBe('')
  })

  test('removes the container when dray is killed', async () => {
    const running = await startUntil(app, { args: sleeping }, /sleeps/)
    running.kill('SIGKILL')
    await running.done
    await untilGone()
  })

  test('removes the container when the line is cut', async () => {
    const running = await startUntil(app, { args: sleeping }, /sleeps/)
    await server.cutLine()
    try {
      const [result] = await Promise.all([running.done, untilGone()])
      expect(result).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('HOST_UNREACHABLE') as string,
      })
    } finally {
      await server.mendLine()
    }
  })
})

describe('dray compose', () => {
  test('runs any Compose command there, with the values of the release', async () => {
    const result = await app.dray(['compose', 'test', 'ps', '--format', '{{.Service}}'])
    expect(result.stdout.trim().split('\n').sort()).toEqual(['backend', 'frontend', 'nginx'])
    const config = await app.dray(['compose', 'test', '--', 'config'])
    expect(config.stdout).toContain('GREETING: hello from worked-on')
    expect(config.stdout).toMatch(/image: ghcr.io\/acme\/shop-backend@sha256:/)
  })

  test('gives the exit code and passes standard input', async () => {
    const args = ['compose', 'test', '--', 'exec', '-T', 'backend', 'sh', '-c', 'cat; exit 33']
    expect(await app.dray(args, { input: 'typed' })).toEqual({ exitCode: 33, stdout: 'typed', stderr: '' })
  })

  test('changes nothing with `up`, and the other app is never touched', async () => {
    const before = [await app.containerIds(), await other.containerIds()]
    expect((await app.dray(['compose', 'test', '--', 'up', '-d'])).exitCode).toBe(0)
    expect([await app.containerIds(), await other.containerIds()]).toEqual(before)
  })

  test('needs something to do', async () => {
    expect(await app.dray(['compose', 'test'])).toMatchObject({ exitCode: 2 })
  })
})

test('where nothing was deployed, that is said', async () => {
  await using fresh = await TestApp.make({ net, server, name: 'not-yet', port: 8099 })
  const result = await fresh.dray(['exec', 'test', 'backend'])
  expect(result).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('NOT_DEPLOYED') as string })
})

/**
 * Changes the terminal's size until the shell at the other end knows one of the sizes. Docker's client reads the size
 * and then begins to listen for changes, so that a change between the two is lost for every user of it.
 */
async function resizeUntilKnown(program: TerminalProgram): Promise<void> {
  for (let columns = 100; columns < 120; columns += 1) {
    program.resize({ columns, rows: 30 })
    program.type(`stty size; echo "asked $((${columns} + 0))"\r`)
    await program.untilShown(`asked ${columns}`)
    if (/^30 1[01]\d$/m.test(await program.terminal.text())) return
  }
  throw new Error(`No change of the size arrived: ${await program.terminal.text()}`)
}

const sleeping = ['run', 'test', 'backend', '--', 'sh', '-c', 'echo sleeps; sleep 600']

function oneOffs(): Promise<string> {
  const filter = (label: string) => ['--filter', `label=com.docker.compose.${label}`]
  return server.docker('ps', '-aq', ...filter(`project=${app.name}`), ...filter('oneoff=True'))
}

async function untilGone(): Promise<void> {
  const label = 'label=com.docker.compose.oneoff=True'
  const script = `until [ -z "$(docker ps -aq --filter ${label})" ]; do sleep 0.1; done`
  const { exitCode } = await server.run(['timeout', '60', 'sh', '-c', script])
  expect(exitCode).toBe(0)
}
