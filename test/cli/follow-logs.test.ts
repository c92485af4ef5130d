import { expect, test } from 'vitest'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { EnvironmentInput } from '../../src/cli/command/load-environment.ts'
import { followLogs } from '../../src/cli/commands/inspect/ui/follow-logs.ts'
import type { OpenLogHost } from '../../src/cli/commands/inspect/ui/log-hosts.ts'
import { readLogs, type LogHost } from '../../src/operations/logs/read-logs.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import type { Container } from '../../src/deploy/model/container.ts'
import type { LogLine } from '../../src/shared/log-line.ts'
import { FakeClock } from '../support/fake-clock.ts'

type Host = {
  opens: number
  disposed: number
  isDeployed: boolean
  failure: DrayError | undefined
  hangs?: boolean
}

/** Hosts of which the test decides whether they open; each has one container, which writes a line whenever it is opened. */
function followed(names: readonly string[], first: Readonly<Record<string, Partial<Host>>> = {}) {
  const clock = new FakeClock(0)
  const hosts = new Map<string, Host>(
    names.map((name) => [
      name,
      { opens: 0, disposed: 0, isDeployed: true, failure: undefined, ...first[name] },
    ]),
  )
  const of = (name: string): Host => hosts.get(name) as Host
  const open = async (name: string): Promise<OpenLogHost> => {
    const host = of(name)
    host.opens += 1
    if (host.hangs) await new Promise(() => undefined)
    if (host.failure !== undefined) throw host.failure
    const container = {
      id: name,
      name: 'shop-web-1',
      service: 'web',
      state: 'running',
    } as unknown as Container
    const logHost: LogHost = {
      name,
      project: 'shop',
      engine: { containers: () => Promise.resolve([container]), container: () => Promise.resolve(container) },
      source: {
        atOnce: 10,
        logs: (_, { signal }) => Promise.resolve(linesOf(`line ${host.opens} of ${name}`, signal)),
        changes: (_, signal) => Promise.resolve(untilAborted(signal)),
      },
    }
    return {
      read: ({ since, ...request }, signal) => {
        return readLogs({ ...request, since: undefined, hosts: [{ ...logHost, since }] }, signal)
      },
      [Symbol.dispose]: () => void (host.disposed += 1),
    }
  }
  const environment = { name: 'production', hosts: names }
  const input = { config: { environment } } as unknown as EnvironmentInput
  const context = { clock, signal: new AbortController().signal } as unknown as CliContext
  const ports = {
    context,
    onHost: () => Promise.reject(new Error()),
    clean: (text: string) => text,
    offsetMs: () => 0,
  }
  const choice = { sinceMs: undefined, tail: 200, last: {} }
  const access = { open, isDeployed: (name: string) => Promise.resolve(of(name).isDeployed) }
  const follower = followLogs(input, choice, { ...ports, hosts: access })
  const texts: string[] = []
  const take = () => {
    const answer = follower.take()
    texts.push(...answer.lines.map(([, , , text]) => text))
    return { ...answer, texts }
  }
  return { clock, follower, of, take }
}

async function* linesOf(text: string, signal: AbortSignal): AsyncGenerator<readonly LogLine[]> {
  yield [{ at: '1970-01-01T00:00:01.000000000Z', stream: 'stdout', text }]
  yield* untilAborted(signal)
}

// eslint-disable-next-line require-yield
async function* untilAborted(signal: AbortSignal): AsyncGenerator<never> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
}

const unusable = new DrayError('DOCKER_FAILED', 'Docker on b does not answer.')

test('a host whose Docker fails is tried again, says so meanwhile, and the logs of the others stay open', async () => {
  const { clock, follower, of, take } = followed(['a', 'b'], { b: { failure: unusable } })
  using _ = follower
  await expect.poll(() => clock.now() > 60_000).toBe(true)
  expect(take()).toMatchObject({
    failures: [{ host: 'b', failure: { code: 'DOCKER_FAILED' } }],
    texts: ['line 1 of a'],
  })
  expect(of('a')).toMatchObject({ opens: 1, disposed: 0 })
  expect(of('b').opens).toBeGreaterThan(5)
  of('b').failure = undefined
  await expect.poll(() => take().texts.at(-1)).toMatch(/of b$/)
  expect(take().failures).toEqual([])
  expect(of('a').opens).toBe(1)
})

test('a host that hangs delays no other', async () => {
  const { follower, take } = followed(['a', 'b'], { b: { hangs: true } })
  using _ = follower
  await expect.poll(() => take().texts).toEqual(['line 1 of a'])
})

test('a host without a release is opened once it has one', async () => {
  const { clock, follower, of, take } = followed(['a'], {
    a: { isDeployed: false, failure: new DrayError('NOT_DEPLOYED', 'Nothing is deployed.') },
  })
  using _ = follower
  await expect.poll(() => clock.now() > 100_000).toBe(true)
  expect(of('a').opens).toBe(1)
  Object.assign(of('a'), { isDeployed: true, failure: undefined })
  await expect.poll(() => take().texts).toEqual(['line 2 of a'])
})

test('disposing closes what is open', async () => {
  const { follower, of, take } = followed(['a'])
  await expect.poll(() => take().texts).toHaveLength(1)
  follower[Symbol.dispose]()
  await expect.poll(() => of('a').disposed).toBeGreaterThan(0)
})
