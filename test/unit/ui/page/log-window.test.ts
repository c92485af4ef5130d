import { expect, test } from 'vitest'
import { LogWindow } from '../../../../src/ui/page/log-window.ts'
import type { LogAnswer, LogLineView } from '../../../../src/ui/page/model.ts'

const containers = ['backend', 'frontend'].map((service) => ({ host: 'srv', service, name: `${service}-1` }))

function answer(lines: readonly LogLineView[], session = 'a'): LogAnswer {
  return { session, containers, lines, isMore: false, failures: [] }
}

const numbered = (from: number, count: number): LogLineView[] =>
  Array.from({ length: count }, (_, index) => [from + index, index % 2, 0, `line ${from + index}`])

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
  const log = new LogWindow(1000)
  log.add(answer([...numbered(0, 3000), [3000, 0, 0, 'same'], [3000, 0, 0, 'same']]))
  log.add(answer([...numbered(2998, 2), [3000, 0, 0, 'same'], [3001, 0, 0, 'new']], 'b'))
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
  log.add({ ...answer([[1, 2, 1, 'there']]), containers: others })
  expect(log.shown[0]).toMatchObject({ name: 'srv2 backend-1', kind: 1 })
  expect(log.services).toEqual(['backend', 'frontend'])
})
