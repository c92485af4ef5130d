import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import type { RunningCommand } from '../../support/net/run-command.ts'
import { composeWith } from '../support/compose-parts.ts'
import { startUntil } from '../support/start-until.ts'
import { TestApp } from '../../support/app/test-app.ts'

const net = attachTestNet()
const server = net.server('srv1')
let app: TestApp
let other: TestApp

beforeAll(async () => {
  const make = (name: string, port: number) => {
    const files = { 'docker-compose.yml': composeWith({ port }) }
    return TestApp.make({ net, server, name, port, files, envFile: 'SHOP_START_MS=100\n' })
  }
  ;[app, other] = await Promise.all([make('logged', 8081), make('neighbour', 8091)])
  await Promise.all([app.mustDeploy('v1'), other.mustDeploy('v1')])
  await say(other, 'backend', 'the other app')
  await say(app, 'backend', 'first', 'stdout')
  await say(app, 'frontend', 'second', 'stderr')
  await say(app, 'backend', 'third', 'stdout')
})

afterAll(() => Promise.all([app, other].map((it) => it[Symbol.asyncDispose]())))

describe('past logs', () => {
  test('is printed by time, with the names of the containers, and nothing of another app', async () => {
    const { exitCode, stdout } = await app.dray(['logs', 'test', 'backend', 'frontend'])
    expect(exitCode).toBe(0)
    expect(stdout.trimEnd().split('\n').slice(-3)).toEqual([
      'backend-1  │ first',
      'frontend-1 │ second',
      'backend-1  │ third',
    ])
    expect(stdout).toContain('backend-1  │ shop backend v1 listens on port 8000')
    expect(stdout).not.toContain('the other app')
  })

  test('is narrowed by lines, pattern and time', async () => {
    const lines = async (...options: string[]) =>
      (await app.dray(['logs', 'test', 'backend', '--no-prefix', ...options])).stdout
    expect(await lines('--tail', '1')).toBe('third\n')
    expect(await lines('--grep', '^FI', '-i')).toBe('first\n')
    expect(await lines('--since', '1h', '--grep', 'third')).toBe('third\n')
    expect(await lines('--since', '2100-01-01')).toBe('')
    expect(await lines('--tail', '1', '--timestamps')).toMatch(
      /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z third\n$/,
    )
  })

  test('is JSON for programs', async () => {
    const { stdout } = await app.dray(['logs', 'test', 'frontend', '--tail', '1', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      type: 'log.line',
      host: server.sshTarget,
      service: 'frontend',
      container: 'frontend-1',
      stream: 'stderr',
      line: 'second',
    })
  })

  test('has its terminal sequences taken out and its tokens masked; a long line stays one', async () => {
    const token = `ghp_${'a'.repeat(36)}`
    await say(app, 'nginx', `\\033[31mred\\033[0m \\033]0;title\\007 ${token}`)
    await say(app, 'nginx', `long ${'x'.repeat(40_000)} end`)
    const { stdout } = await app.dray(['logs', 'test', 'nginx', '--tail', '4', '--no-prefix'])
    const lines = stdout.trimEnd().split('\n')
    expect(lines.at(-2)).toBe('red  [redacted]')
    expect(lines.at(-1)).toBe(`long ${'x'.repeat(40_000)} end`)
  })

  test('of a service that is not there is refused', async () => {
    const { exitCode, stderr } = await app.dray(['logs', 'test', 'frontent'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Did you mean `frontend`?')
  })
})

describe('followed logs', () => {
  const follow = ['logs', 'test', 'backend', '-f', '--tail', '1']

  test('comes while it is followed, and Ctrl-C ends with 130', async () => {
    const lines: string[] = []
    const running = await following(lines, 'third')
    await say(app, 'backend', 'a moment ago')
    await until(lines, 'backend-1 │ a moment ago')
    running.kill('SIGINT')
    expect(await running.done).toMatchObject({ exitCode: 130, stderr: '' })
  })

  test('includes containers that a deploy starts, and notes those that end', async () => {
    const lines: string[] = []
    const running = await following(lines, 'a moment ago')
    await app.mustDeploy('v2')
    await say(other, 'backend', 'still the other app')
    await until(lines, 'backend-1 exited with code 0.')
    running.kill('SIGINT')
    await running.done
    expect(lines).toEqual([
      'backend-1 │ a moment ago',
      'backend-2 started.',
      'backend-2 │ shop backend v2 is starting',
      'backend-2 │ shop backend v2 listens on port 8000',
      'backend-1 │ SIGTERM: finishing the requests in flight',
      'backend-1 exited with code 0.',
    ])
  })

  test('continues after a restart, and repeats nothing', async () => {
    const lines: string[] = []
    const running = await following(lines, 'listens')
    const [id = ''] = await app.containerIds('backend')
    await server.docker('restart', id)
    await until(lines, 'backend-2 │ shop backend v2 listens on port 8000', 2)
    running.kill('SIGINT')
    await running.done
    expect(lines.filter((line) => line.endsWith('listens on port 8000'))).toHaveLength(2)
    expect(lines).toContain('backend-2 started.')
  })

  test('ends when its reader has left', async () => {
    const seen: string[] = []
    const script = 'set -o pipefail; dray logs test backend -f --no-prefix | head -n 1'
    const options = { cwd: app.directory, onLine: (line: string) => collect(seen, line) }
    const running = net.client.start(['bash', '-c', script], options)
    await until(seen, 'shop backend v2 is starting')
    await say(app, 'backend', 'into the void')
    expect((await running.done).exitCode).toBe(0)
  })

  async function following(lines: string[], shown: string): Promise<RunningCommand> {
    wake = () => undefined
    const running = await startUntil(
      app,
      { args: follow, onLine: (line) => collect(lines, line) },
      new RegExp(shown),
    )
    return running
  }
})

test('a reader that sleeps costs no memory', async () => {
  const [id = ''] = await app.containerIds('frontend')
  const flood = "{ yes 'a line of a flood that nobody reads' | head -n 400000; echo the end; } > /proc/1/fd/1"
  await server.docker('exec', id, 'sh', '-c', flood)
  const script = `mkfifo lines
    dray logs test frontend --tail all --no-prefix > lines &
    { read -r first; sleep 3; grep VmHWM /proc/$!/status; tail -n 1; } < lines`
  const { stdout } = await net.client.run(['bash', '-c', script], { cwd: app.directory })
  const [peak, last] = stdout.trimEnd().split('\n')
  expect(last).toBe('the end')
  expect(Number(/\d+/.exec(peak!)?.[0])).toBeLessThan(160_000)
})

test('of a stopped service are its last lines, with a note; of a removed one, a note', async () => {
  const [id = ''] = await app.containerIds('nginx')
  await server.docker('kill', id)
  const stopped = await app.dray(['logs', 'test', 'nginx', '--tail', '1'])
  expect(stopped).toMatchObject({
    exitCode: 0,
    stderr: 'nginx-1 is stopped: it exited with code 137 just now.\n',
  })
  expect(stopped.stdout).toContain('nginx-1 │ ')
  await server.docker('rm', id)
  const { exitCode, stdout, stderr } = await app.dray(['logs', 'test', 'nginx'])
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
  expect(stderr).toContain('There is no container of nginx on')
})

let wake: () => void

function collect(lines: string[], line: string): void {
  lines.push(line)
  wake()
}

async function until(lines: readonly string[], wanted: string, times = 1): Promise<void> {
  while (lines.filter((line) => line === wanted).length < times) {
    await new Promise<void>((resolve) => (wake = resolve))
  }
}

/** Writes a line to the log of a service, as its own process would. */
async function say(of: TestApp, service: string, text: string, stream = 'stdout'): Promise<void> {
  const [id = ''] = await of.containerIds(service)
  const fd = stream === 'stdout' ? 1 : 2
  await server.docker('exec', id, 'sh', '-c', `printf '${text}\\n' > /proc/1/fd/${fd}`)
}
