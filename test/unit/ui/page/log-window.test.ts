import { expect, test } from 'vitest'
import { LogWindow } from '../../../../src/ui/page/log-window.ts'
import type { LogAnswer, LogLineView } from '../../../../src/ui/page/model.ts'

const containers = ['backend', 'frontend'].map((service) => ({ host: 'srv', service, name: `${service}-1` }))

function answer(lines: readonly LogLineView[], session = 'a'): LogAnswer {
  return { session, reopened: [], hosts: 1, containers, lines, isMore: false, failures: [] }
}

const numbered = (from: number, count: number): LogLineView[] =>
  Array.from({ length: count }, (_, index) => [from + index, index % 2, 0, `line ${from + index}`])

/** A log that was opened again: the lines of before, and those that came after. */
function reopened(before: readonly LogLineView[], after: readonly LogLineView[]): LogWindow {
  const log = new LogWindow(1000)
  log.add(answer(before))
  log.add(answer(after, 'b'))
  return log
}

const textsOf = (log: LogWindow): string[] => log.shown.map(({ text }) => text)

test('keeps the last lines of a million, and counts all', () => {
  const log = new LogWindow(1000)
  for (let from = 0; from < 1_000_000; from += 5000) log.add(answer(numbered(from, 5000)))
  expect(log.counts.all).toBe(1_000_000)
  expect(log.counts.kept).toBeLessThanOrEqual(1100)
  expect(log.shown.at(-1)?.text).toBe('line 999999')
})

test('a filter applies to lines that are there and to those that come', () => {
  const log = new LogWindow(1000)
  log.add(answer(numbered(0, 30)))
  log.filter({ text: 'LINE 1', service: 'frontend' })
  expect(textsOf(log)).toEqual([1, 11, 13, 15, 17, 19].map((number) => `line ${number}`))
  log.add(answer(numbered(100, 2)))
  expect(textsOf(log).at(-1)).toBe('line 101')
  log.filter({ text: '', service: '' })
  expect(log.shown).toHaveLength(32)
})

test('after a break, the lines that come a second time are dropped, and equal ones are kept', () => {
  const log = reopened(
    [...numbered(0, 3000), [3000, 0, 0, 'same'], [3000, 0, 0, 'same']],
    [...numbered(2998, 2), [3000, 0, 0, 'same'], [3001, 0, 0, 'new']],
  )
  expect(textsOf(log).slice(-4)).toEqual(['line 2999', 'same', 'same', 'new'])
})

test('a line of a container that the answer does not name is left out', () => {
  const log = new LogWindow(10)
  log.add(answer([[1, 7, 0, 'nobody']]))
  expect(log.shown).toEqual([])
})

test('with several hosts, each line has the name of its host', () => {
  const log = new LogWindow(10)
  const others = [...containers, { host: 'srv2', service: 'backend', name: 'backend-1' }]
  log.add({ ...answer([[1, 2, 1, 'there']]), hosts: 2, containers: others })
  expect(log.shown[0]).toMatchObject({ name: 'srv2 backend-1', kind: 1 })
  expect(log.services).toEqual(['backend', 'frontend'])
})

test('after a break, lines of one host that come again are known by its own last line', () => {
  const log = new LogWindow(1000)
  const two = [...containers, { host: 'srv2', service: 'backend', name: 'backend-1' }]
  const of = (lines: readonly LogLineView[], session: string) => ({
    ...answer(lines, session),
    containers: two,
  })
  log.add(
    of(
      [
        [10_000, 2, 0, 'long ago on srv2'],
        [90_000, 0, 0, 'just now on srv'],
      ],
      'a',
    ),
  )
  log.add(
    of(
      [
        [90_000, 0, 0, 'just now on srv'],
        [10_000, 2, 0, 'long ago on srv2'],
      ],
      'b',
    ),
  )
  expect(textsOf(log)).toEqual(['long ago on srv2', 'just now on srv'])
  expect(log.last).toEqual({ srv2: 10_000, srv: 90_000 })
})

test('equal lines that come again are each dropped once, also when the first answer after the break is empty', () => {
  const log = new LogWindow(1000)
  const same: LogLineView = [5_000, 0, 0, 'same']
  log.add(answer([same, same]))
  log.add(answer([], 'b'))
  log.add(answer([same, same, same], 'b'))
  expect(textsOf(log)).toEqual(['same', 'same', 'same'])
})

test('says where lines are left out: the last one before the break did not come again', () => {
  const log = reopened(
    [
      [1_000, 0, 0, 'before'],
      [1_000, 1, 0, 'of the other'],
    ],
    [
      [1_000, 1, 0, 'of the other'],
      [9_000, 0, 0, 'after'],
      [9_001, 1, 0, 'the next'],
    ],
  )
  expect(textsOf(log)).toEqual([
    'before',
    'of the other',
    '… lines are left out: the log does not go back further',
    'after',
    'the next',
  ])
  log.add(answer([[9_002, 0, 0, 'more']], 'b'))
  expect(textsOf(log).at(-1)).toBe('more')
})

test('a container that was silent for long is not expected again: the server reads its host from the last line on', () => {
  const log = reopened(
    [
      [1_000, 1, 0, 'long ago'],
      [600_000, 0, 0, 'just now'],
    ],
    [
      [600_000, 0, 0, 'just now'],
      [601_000, 1, 0, 'again'],
    ],
  )
  expect(textsOf(log)).toEqual(['long ago', 'just now', 'again'])
})

test('when one host is opened again, the lines of the others continue', () => {
  const log = new LogWindow(1000)
  const two = [containers[0], { ...containers[0], host: 'srv2' }].map((it) => ({
    service: '',
    name: '',
    host: '',
    ...it,
  }))
  const of = (lines: readonly LogLineView[], reopened: readonly string[] = []) =>
    log.add({ ...answer(lines), hosts: 2, containers: two, reopened })
  of([
    [1_000, 0, 0, 'same'],
    [1_000, 1, 0, 'same'],
  ])
  of(
    [
      [1_000, 1, 0, 'same'],
      [1_000, 0, 0, 'same'],
      [2_000, 0, 0, 'next'],
      [9_000, 1, 0, 'next'],
    ],
    ['srv2'],
  )
  expect(log.shown.map(({ name, text }) => `${name} ${text}`)).toEqual([
    'srv backend-1 same',
    'srv2 backend-1 same',
    'srv backend-1 same',
    'srv backend-1 next',
    'srv2 backend-1 next',
  ])
})

test('what happened to a container is not told again after a break, and is no time of a log', () => {
  const stopped: LogLineView = [100, 0, 2, 'is stopped: exit code 0']
  const log = reopened([stopped, [50_000, 1, 0, 'line']], [stopped, [50_000, 1, 0, 'line']])
  expect(textsOf(log)).toEqual(['is stopped: exit code 0', 'line'])
  log.add(answer([[99_000, 0, 2, 'started']], 'b'))
  expect(log.last).toEqual({ srv: 50_000 })
})

test('keeps a limited amount of text, and counts the lines before the first one that is shown', () => {
  const log = new LogWindow(1_000_000, 1_000_000)
  const long = (from: number): LogLineView[] =>
    Array.from({ length: 100 }, (_, index) => [from + index, index % 2, 0, 'x'.repeat(4_000)])
  for (let from = 0; from < 2_000; from += 100) log.add(answer(long(from)))
  expect(log.counts.all).toBe(2_000)
  expect(log.counts.kept).toBeLessThan(140)
  expect(log.removed).toBe(2_000 - log.shown.length)
  log.filter({ text: '', service: 'backend' })
  expect(log.removed).toBe(0)
  const before = log.shown.length
  for (let from = 2_000; from < 2_400; from += 100) log.add(answer(long(from)))
  expect(log.removed).toBe(before + 200 - log.shown.length)
})
