import { describe, expect, test } from 'vitest'
import { readLogsOptions } from '../../src/cli/commands/operate/logs-options.ts'
import { DrayError } from '../../src/errors/dray-error.ts'

const now = Date.parse('2026-11-23T10:45:00Z')
const read = (options: Parameters<typeof readLogsOptions>[0]) => readLogsOptions(options, now)

describe('the options of logs', () => {
  test.each([
    ['30m', '2026-11-23T10:15:00.000000000Z'],
    ['2d', '2026-11-21T10:45:00.000000000Z'],
    ['2026-11-23T10:00:00Z', '2026-11-23T10:00:00.000000000Z'],
    ['2026-11-23 10:00:00.5+01:00', '2026-11-23T09:00:00.500000000Z'],
  ])('--since %s', (since, expected) => {
    expect(read({ since }).since).toBe(expected)
  })

  test('the last hundred lines, unless it is said otherwise or something is sought', () => {
    expect(read({}).tail).toBe(100)
    expect(read({ tail: '7' }).tail).toBe(7)
    expect(read({ tail: 'all' }).tail).toBeUndefined()
    expect(read({ since: '1h' }).tail).toBeUndefined()
    expect(read({ grep: 'x' }).tail).toBeUndefined()
    expect(read({ grep: 'x', tail: '7' }).tail).toBe(7)
  })

  test.each([
    [{ since: 'yesterday' }, 'The value `yesterday` of --since is neither'],
    [{ since: '2026-99-99' }, 'The value `2026-99-99` of --since is neither'],
    [{ tail: '-1' }, 'The value `-1` of --tail is neither'],
    [{ grep: 'a(b' }, 'The value `a(b` of --grep is not a regular expression: Unterminated group.'],
  ])('%j is refused', (options, expected) => {
    expect(() => read(options)).toThrow(DrayError)
    expect(() => read(options)).toThrow(expected)
  })
})
