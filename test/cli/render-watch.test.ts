import { expect, test } from 'vitest'
import { renderWatch } from '../../src/cli/commands/inspect/watch/render-watch.ts'
import { makeStatus } from '../../src/operations/status/make-status.ts'
import { STALE_MS, type EnvironmentView, type Overview } from '../../src/ui/page/model.ts'
import { createTerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import { fakeStatusObservation } from '../support/fake-status-observation.ts'

const nowMs = Date.parse('2026-11-24T18:00:00Z')
const style = createTerminalStyle({ env: { LANG: 'C.UTF-8', NO_COLOR: '1' }, isTTY: true, columns: 100 })
const timeOf = (ms: number): string => new Date(ms).toTimeString().slice(0, 8)
const nothing = { lastKnown: {}, lastAttempts: {}, journalBytes: {} }

function unread(environment: string): EnvironmentView {
  return { environment, status: undefined, reading: ['a'], readAtMs: undefined, ...nothing }
}

function known(environment: string, ageMs: number, reading: string[] = []): EnvironmentView {
  const hosts = [{ host: 'a', observation: fakeStatusObservation() }]
  const status = makeStatus({ environment, path: '/srv/shop', hosts })
  return { environment, status, reading, readAtMs: nowMs - ageMs, ...nothing }
}

function render(environments: EnvironmentView[], rows = 40): string[] {
  const overview: Overview = { app: '', mayWrite: false, nowMs, environments }
  return [...renderWatch(overview, style, { rows, columns: 100 })]
}

test('names what is not in the table yet: an environment, or one of its hosts', () => {
  expect(render([unread('test'), unread('production')])[0]).toBe('Reading test, production')
  const lines = render([known('test', 1_000, ['b']), unread('production')])
  expect(lines.join('\n')).toMatch(/✓ +test +a +ok/)
  expect(lines.at(-2)).toBe('Reading test on b, production')
})

test('the time is that of the oldest reading, and what is too old is named', () => {
  const lines = render([known('test', 1_000), known('production', STALE_MS + 60_000)])
  const at = timeOf(nowMs - STALE_MS - 60_000)
  expect(lines.at(-2)).toBe(`production was read at ${at}, and not since.`)
  expect(lines.at(-1)).toContain(`At ${at}. Read every 10 s`)
})

test('the last line stays on a terminal that is too low', () => {
  const lines = render([known('test', 1_000)], 3)
  expect(lines).toHaveLength(3)
  expect(lines[1]).toBe('2 more lines')
  expect(lines.at(-1)).toContain('Ctrl-C ends it.')
})
