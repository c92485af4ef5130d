import { expect, test } from 'vitest'
import type { CliContext } from '../../src/cli/command/context.ts'
import { PageQueue, type LogChoice } from '../../src/cli/commands/inspect/ui/page-queue.ts'
import type { LogEntry } from '../../src/operations/logs/read-logs.ts'
import { FakeClock } from '../support/fake-clock.ts'

const alive = new AbortController().signal
const hourMs = 3_600_000

function open(choice: Partial<LogChoice> = {}): PageQueue {
  const context = { clock: new FakeClock(10 * hourMs) } as unknown as CliContext
  const offsetMs = (host: string): number => (host === 'late' ? -hourMs : 0)
  return new PageQueue(
    { sinceMs: undefined, tail: 200, last: {}, ...choice },
    { context, clean: (text) => text, offsetMs },
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
