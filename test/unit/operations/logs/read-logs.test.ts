import { describe, expect, test } from 'vitest'
import type { ContainerChange, LogRequest } from '../../../../src/operations/logs/log-source.ts'
import {
  readLogs,
  type LogAbsence,
  type LogHost,
  type LogNote,
} from '../../../../src/operations/logs/read-logs.ts'
import type { Container } from '../../../../src/deploy/model/container.ts'
import { systemClock } from '../../../../src/shared/clock.ts'
import type { LogLine } from '../../../../src/shared/log-line.ts'

const at = (second: number): string => `2026-11-23T10:00:0${second}.000000000Z`
const started = (containerId: string): ContainerChange => ({
  containerId,
  change: 'started',
  exitCode: undefined,
})

/** A host whose containers have logs that a test writes. */
class FakeLogs implements LogHost {
  readonly project = 'shop'
  readonly name: string
  readonly requests: string[] = []
  readonly written = new Map<string, LogLine[]>()
  readonly unreadable = new Set<string>()
  atOnce = 10
  containers: Container[] = []
  readonly #changes: ContainerChange[] = []
  #wake: () => void = () => undefined

  constructor(name: string) {
    this.name = name
  }

  readonly engine = {
    containers: async () => this.containers,
    container: async (id: string) => this.containers.find((it) => it.id === id)!,
  }

  readonly source = {
    atOnce: this.atOnce,
    logs: async (id: string, { since, tail }: LogRequest) => {
      this.requests.push(`${id} since ${since ?? 'ever'} tail ${tail ?? 'all'}`)
      return this.unreadable.has(id) ? ('unreadable' as const) : this.#log(id, since)
    },
    changes: async (_project: string, signal: AbortSignal) => this.#watch(signal),
  }

  add(id: string, facts: Partial<Container>, ...lines: [number, string][]): void {
    this.containers.push({
      id,
      name: `shop-${id}`,
      service: 'backend',
      oneOff: false,
      state: 'running',
      ...facts,
    } as Container)
    this.write(id, ...lines)
  }

  write(id: string, ...lines: [number, string][]): void {
    const written = lines.map(([second, text]): LogLine => ({ at: at(second), stream: 'stdout', text }))
    this.written.set(id, [...(this.written.get(id) ?? []), ...written])
  }

  change(change: ContainerChange): void {
    this.#changes.push(change)
    this.#wake()
  }

  async *#log(id: string, since = ''): AsyncGenerator<LogLine[]> {
    yield (this.written.get(id) ?? []).filter((line) => line.at >= since)
  }

  async *#watch(signal: AbortSignal): AsyncGenerator<ContainerChange> {
    signal.addEventListener('abort', () => this.#wake())
    while (!signal.aborted) {
      const change = this.#changes.shift()
      if (change !== undefined) yield change
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

type Options = { services?: string[]; follow?: boolean; until?: (lines: readonly string[]) => boolean }

/** What is read and told, as `host name: text`, until all was read or `until` says so. */
async function read(hosts: readonly FakeLogs[], { services = [], follow = false, until }: Options = {}) {
  const lines: string[] = []
  const notes: string[] = []
  const stopping = new AbortController()
  const onNote = ({ change, container }: LogNote): void => {
    if (change !== 'found') notes.push(`${container.name} ${change}`)
  }
  const onAbsence = ({ name, project }: LogAbsence): void => void notes.push(`${name} has no ${project}`)
  const request = {
    hosts,
    services,
    since: undefined,
    tail: 5,
    follow,
    clock: systemClock,
    onNote,
    onAbsence,
  }
  for await (const batch of readLogs(request, stopping.signal)) {
    lines.push(...batch.map(({ container, text }) => `${container.host} ${container.name}: ${text}`))
    if (until?.(lines)) stopping.abort()
  }
  return { lines, notes }
}

describe('the logs of an app', () => {
  test('are those of all its hosts, by time, without one-off containers', async () => {
    const [a, b] = [new FakeLogs('a'), new FakeLogs('b')]
    a.add('backend-1', {}, [1, 'first'], [4, 'fourth'])
    a.add('backend-run-1', { oneOff: true }, [2, 'of a task'])
    b.add('backend-1', {}, [2, 'second'])
    b.add('worker-1', { service: 'worker' }, [3, 'third'])
    expect((await read([a, b])).lines).toEqual([
      'a backend-1: first',
      'b backend-1: second',
      'b worker-1: third',
      'a backend-1: fourth',
    ])
    expect((await read([a, b], { services: ['worker'] })).lines).toEqual(['b worker-1: third'])
    expect(a.requests[0]).toBe('backend-1 since ever tail 5')
  })

  test('leave out unreadable logs, and note it', async () => {
    const host = new FakeLogs('a')
    host.add('backend-1', {}, [1, 'lost'])
    host.add('backend-2', {}, [2, 'kept'])
    host.unreadable.add('backend-1')
    expect(await read([host])).toEqual({ lines: ['a backend-2: kept'], notes: ['backend-1 unreadable'] })
  })

  test('of a stopped container are read, and its end is noted', async () => {
    const host = new FakeLogs('a')
    host.add('backend-1', { state: 'exited', exitCode: 137, endedAtMs: 5 }, [1, 'last words'])
    host.add('backend-2', { state: 'created', exitCode: 0 })
    expect(await read([host])).toEqual({
      lines: ['a backend-1: last words'],
      notes: ['backend-1 stopped', 'backend-2 stopped'],
    })
  })

  test('of a host without a container of the wanted services are noted as absent', async () => {
    const host = new FakeLogs('a')
    host.add('worker-1', { service: 'worker' }, [1, 'works'])
    expect(await read([host], { services: ['backend'] })).toEqual({ lines: [], notes: ['a has no shop'] })
  })

  test('are refused where they are more than the connection carries', async () => {
    const host = new FakeLogs('a')
    host.source.atOnce = 2
    for (const number of [1, 2, 3]) host.add(`backend-${number}`, {})
    await expect(read([host])).rejects.toMatchObject({
      code: 'HOST_COMMAND_FAILED',
      message: 'a allows dray to read 2 logs at the same time, but 3 are needed.',
    })
  })
})

describe('followed', () => {
  test('they include a started container from its beginning, and note it', async () => {
    const host = new FakeLogs('a')
    host.add('backend-1', {}, [1, 'old'])
    const until = (lines: readonly string[]): boolean => {
      if (lines.length === 1) {
        host.add('backend-2', {}, [2, 'new'])
        host.add('worker-1', { service: 'worker' }, [2, 'not asked for'])
        host.change(started('worker-1'))
        host.change(started('backend-2'))
        host.change({ containerId: 'backend-1', change: 'ended', exitCode: 0 })
      }
      return lines.length === 2
    }
    expect(await read([host], { services: ['backend'], follow: true, until })).toEqual({
      lines: ['a backend-1: old', 'a backend-2: new'],
      notes: ['backend-2 started', 'backend-1 ended'],
    })
    expect(host.requests.at(-1)).toBe('backend-2 since ever tail all')
  })

  test('they continue where a container stopped when it starts again', async () => {
    const host = new FakeLogs('a')
    host.add('backend-1', {}, [1, 'before'])
    const until = (lines: readonly string[]): boolean => {
      if (lines.length === 1) {
        host.write('backend-1', [3, 'after'])
        host.change(started('backend-1'))
      }
      return lines.length === 2
    }
    const { lines } = await read([host], { follow: true, until })
    expect(lines).toEqual(['a backend-1: before', 'a backend-1: after'])
    expect(host.requests.at(-1)).toBe(`backend-1 since ${at(1)} tail all`)
  })
})

test('a host that has lines already is read from its own time on, and the others as asked', async () => {
  const [a, b] = [Object.assign(new FakeLogs('a'), { since: at(3) }), new FakeLogs('b')]
  a.add('backend-1', {}, [2, 'known'], [4, 'new'])
  b.add('backend-1', {}, [1, 'first'])
  expect((await read([a, b])).lines).toEqual(['b backend-1: first', 'a backend-1: new'])
  expect(a.requests).toEqual([`backend-1 since ${at(3)} tail all`])
  expect(b.requests).toEqual(['backend-1 since ever tail 5'])
})
