import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import type { CliContext } from '../../src/cli/command/context.ts'
import { PageQueue, type LogChoice } from '../../src/cli/commands/inspect/ui/page-queue.ts'
import { failureFrom } from '../../src/deploy/execute/failure.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import type { LogEntry } from '../../src/operations/logs/read-logs.ts'
import { FakeClock } from '../support/fake-clock.ts'

const alive = new AbortController().signal
const hourMs = 3_600_000

function open(choice: Partial<LogChoice> = {}): PageQueue {
  const context = { clock: new FakeClock(10 * hourMs) } as unknown as CliContext
  const offsetMs = (host: string): number => (host === 'late' ? -hourMs : 0)
  return new PageQueue(
    { sinceMs: undefined, tail: 200, last: {}, ...choice },
    { context, clean: (text) => text, environment: 'production', hosts: ['a', 'b'], offsetMs },
  )
}

function said(host: string, atMs: number): LogEntry {
  const container = { host, service: 'backend', name: 'backend-1' }
  return { container, at: new Date(atMs).toISOString(), stream: 'stdout', text: 'line' }
}

test('each host continues at its own last line, and one without a line where the page began', async () => {
  const queue = open()
  await queue.add([said('a', 9 * hourMs), said('b', 2 * hourMs)], alive)
  expect(queue.since('a')).toBe('1970-01-01T08:59:58.000000000Z')
  expect(queue.since('b')).toBe('1970-01-01T01:59:58.000000000Z')
  expect(queue.since('c')).toBeUndefined()
})

test('what happened to a container is no time of its log', async () => {
  const queue = open()
  await queue.add([said('a', 2 * hourMs)], alive)
  const { container } = said('a', 0)
  queue.note({ change: 'started', container }, 9 * hourMs)
  expect(queue.since('a')).toBe('1970-01-01T01:59:58.000000000Z')
  expect(queue.take().lines.map(([atMs, , kind]) => [atMs, kind])).toEqual([
    [2 * hourMs, 0],
    [9 * hourMs, 2],
  ])
})

test('a page that was hidden gets what it does not have, whatever it asked for first', () => {
  const queue = open({ sinceMs: hourMs, last: { a: 5 * hourMs } })
  expect(queue.since('a')).toBe('1970-01-01T04:59:58.000000000Z')
  expect(queue.since('b')).toBe('1970-01-01T01:00:00.000000000Z')
})

test('a time that the page names is one of each host’s own clock', () => {
  expect(open({ sinceMs: 3 * hourMs }).since('late')).toBe('1970-01-01T02:00:00.000000000Z')
})

test('lines before and after the opening of a host again are two answers', async () => {
  const queue = open()
  queue.begin('a')
  queue.begin('b')
  await queue.add([said('a', 1), said('b', 2)], alive)
  queue.begin('b')
  queue.begin('b')
  await queue.add([said('b', 2), said('a', 3)], alive)
  const timesOf = ({ lines }: ReturnType<PageQueue['take']>): number[] => lines.map(([atMs]) => atMs)
  const before = queue.take()
  expect([before.reopened, timesOf(before), before.isMore]).toEqual([[], [1, 2], true])
  const after = queue.take()
  expect([after.reopened, timesOf(after), after.isMore]).toEqual([['b'], [2, 3], false])
  expect(after.session).toBe(before.session)
  expect(queue.take().reopened).toEqual([])
})

test('the failure of a host stays until its logs are read, and its hint names the environment', () => {
  const queue = open()
  const failure = failureFrom(
    new DrayError('NOT_DEPLOYED', 'Nothing is deployed.', { hint: '`dray deploy ENVIRONMENT`' }),
  )
  queue.fail('a', failure)
  queue.begin('a')
  expect(queue.take().failures).toMatchObject([{ host: 'a', failure: { hint: '`dray deploy production`' } }])
  queue.succeed('a')
  expect(queue.take().failures).toEqual([])
})

test('waiting for a slow page leaves nothing behind', async () => {
  const queue = open()
  const signal = new AbortController().signal
  const full = Array.from({ length: 6_000 }, (_, index) => said('a', index))
  for (let round = 0; round < 3; round += 1) {
    const adding = queue.add(full, signal)
    while (queue.take().isMore);
    await adding
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('tasks of a node that is down are named, each in a line of its own', () => {
  const queue = open()
  const task = (name: string) => ({ host: 'm1', service: 'web', name, node: 'w1' })
  const containers = [task('web.1@w1'), task('web.2@w1')]
  queue.noteMissing({ node: 'w1', containers, reason: 'down' }, 9 * hourMs)
  queue.noteMissing({ node: 'w1', containers: [task('web.1@w1')], reason: 'incomplete', words: 'gone\n' }, 0)
  expect(queue.take().lines.map(([, index, kind, text]) => [index, kind, text])).toEqual([
    [0, 2, 'is on node w1, which is down: its lines are missing'],
    [1, 2, 'is on node w1, which is down: its lines are missing'],
    [0, 2, 'may have more lines: gone'],
  ])
})

test('failures are in the order of the hosts, whichever fails first', () => {
  const queue = open()
  const failure = failureFrom(new DrayError('HOST_UNREACHABLE', 'It does not answer over SSH.'))
  queue.fail('b', failure)
  queue.fail('a', failure)
  expect(queue.take().failures.map(({ host }) => host)).toEqual(['a', 'b'])
})
