import { expect, test } from 'vitest'
import { createRepeatFilter, secondBefore, type LogLine } from '../../../src/shared/log-line.ts'

const line = (nanoseconds: number, text: string, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  at: `2026-11-23T10:00:00.${String(nanoseconds).padStart(9, '0')}Z`,
  stream,
  text,
})

test('a log that is read again repeats no line, and loses none of the other stream', () => {
  const fresh = createRepeatFilter()
  const first = [line(1, 'a'), line(3, 'b')]
  expect(fresh(first)).toEqual(first)
  // Written before b to the other stream, and stored after it.
  const again = [...first, line(2, 'x', 'stderr'), line(3, 'c'), line(4, 'd')]
  expect(fresh(again).map(({ text }) => text)).toEqual(['x', 'c', 'd'])
})

test('is read again from a second before the last line', () => {
  expect(secondBefore('2026-11-23T10:00:00.123456789Z')).toBe('2026-11-23T09:59:59.123456789Z')
})
