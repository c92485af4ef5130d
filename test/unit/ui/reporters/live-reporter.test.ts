import { expect, test } from 'vitest'
import type { DeployEvent } from '../../../../src/deploy/model/events.ts'
import { createReporter } from '../../../../src/ui/reporters/create-reporter.ts'
import { createRedactor } from '../../../../src/shared/secrets/redact.ts'
import { Terminal } from '../../../support/terminal.ts'
import { TerminalClock } from '../../../support/terminal-clock.ts'
import {
  planMade,
  sampleFailure,
  START,
  started,
  stepFinished,
  stepPrinted,
  stepProgressed,
  stepStarted,
  wholeDeploy,
} from '../../../support/terminal-events.ts'

function stage({ columns = 80, rows = 30, env = { LANG: 'C.UTF-8', NO_COLOR: '1' } } = {}) {
  const terminal = new Terminal({ columns, rows })
  const clock = new TerminalClock(START)
  const redact = createRedactor([])
  const reporter = createReporter({ name: 'live', stdout: terminal, stderr: terminal, env, clock, redact })
  const tell = async (...events: DeployEvent[]): Promise<void> => {
    for (const event of events) {
      await clock.advance(Math.max(0, event.at - clock.now()))
      reporter.report(event)
    }
    await clock.advance(100)
  }
  return { terminal, clock, reporter, tell }
}

const midway: DeployEvent[] = [
  started,
  planMade,
  stepStarted(1, 500),
  stepFinished(1, 600, { durationMs: 100, outcome: 'nothing-to-do' }),
  stepStarted(2, 600),
  stepStarted(3, 600),
  stepProgressed(2, 1600, 9_000_000),
  stepProgressed(3, 1600, 6_150_000),
]

test('shows the steps, a bar a pull, causes and elapsed times at 80 columns', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(...midway)
  const screen = await terminal.text()
  reporter.close()
  expect(screen).toMatchInlineSnapshot(`
    "▲ Warning: frontend has no health check: dray can only see that it runs
    shop → test  3f2a1c9                                                      1.7 s
     ✓ 1 Remove dangling images                                               0.1 s
     ⠙ 2 Pull acme/shop-backend:3f2a1c9  image is not on the host             1.1 s
         ██████████░░░░░░░░░░░░░░░░░░░░  33%  9.0 MB / 27.0 MB  8.3 MB/s
     ⠙ 3 Pull acme/shop-frontend:3f2a1c9  image is not on the host            1.1 s
         ███████████████░░░░░░░░░░░░░░░  50%  6.2 MB / 12.3 MB  5.7 MB/s
     · 4 Place docker-compose.yml  changed since release r41
     · 5 Run task migrate  runs before traffic switches
     · 6 Start new backend and frontend  backend and frontend have new images
     · 7 Wait until backend and frontend are healthy  before they get traffic
     · 8 Switch traffic in nginx to the new backend and frontend  the new containe…
     · 9 Stop the old backend  replaced by step 6"
  `)
})

test('cuts every line at 40 columns and lets the causes go', async () => {
  const { terminal, tell, reporter } = stage({ columns: 40 })
  await tell(...midway)
  const screen = await terminal.text()
  reporter.close()
  expect(screen).toMatchInlineSnapshot(`
    "▲ Warning: frontend has no health check:
     dray can only see that it runs
    shop → test  3f2a1c9              1.7 s
     ✓ 1 Remove dangling images       0.1 s
     ⠙ 2 Pull acme/shop-backend:3f2a… 1.1 s
         ███▋░░░░░░░  33%  9.0 MB / 27.0 MB
     ⠙ 3 Pull acme/shop-frontend:3f2… 1.1 s
         █████▌░░░░░  50%  6.2 MB / 12.3 MB
     · 4 Place docker-compose.yml
     · 5 Run task migrate  runs before tra…
     · 6 Start new backend and frontend
     · 7 Wait until backend and frontend a…
     · 8 Switch traffic in nginx to the ne…
     · 9 Stop the old backend  replaced by…"
  `)
})

test('stays as a compact summary at the end, with the result below', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(...wholeDeploy)
  reporter.close()
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "▲ Warning: frontend has no health check: dray can only see that it runs
    migrate │ applied 0007_orders.sql
    shop → test  3f2a1c9                                                     12.3 s
     ✓ 1 Remove dangling images                                               0.1 s
     ✓ 2 Pull acme/shop-backend:3f2a1c9  pulled 27.0 MB                       7.0 s
     ✓ 3 Pull acme/shop-frontend:3f2a1c9  pulled 12.3 MB                      1.5 s
     ✓ 4 Place docker-compose.yml                                             0.1 s
     ✓ 5 Run task migrate                                                     1.0 s
     ✓ 6 Start new backend and frontend                                       0.3 s
     ✓ 7 Wait until backend and frontend are healthy  healthy after 1.6 s     1.6 s
     ✓ 8 Switch traffic in nginx to the new backend and frontend              0.1 s
     ✓ 9 Stop the old backend                                                 1.6 s

    Probe of http://localhost/api/health: 1,204 requests, 0 failed,
      median 3.2 ms, 99th percentile 12 ms
    ✓ Deployed shop to test in 12.3 s: release r42.
      backend   3f2a1c9  sha256:0123456789ab  ghcr.io/acme/shop-backend
      frontend  3f2a1c9  sha256:fedcba987654  ghcr.io/acme/shop-frontend"
  `)
})

test('shows the failure with its log below the steps', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(
    started,
    planMade,
    stepStarted(7, 900),
    stepFinished(7, 1900, { outcome: 'failed', result: 'backend is unhealthy' }),
    { type: 'undo.started', at: START + 2000, reason: 'backend did not become healthy' },
    { type: 'failed', at: START + 2100, failure: sampleFailure },
  )
  reporter.close()
  expect(await terminal.text()).toMatchInlineSnapshot(`
    "▲ Warning: frontend has no health check: dray can only see that it runs
    shop → test  3f2a1c9                                                      2.2 s
     · 1 Remove dangling images
     · 2 Pull acme/shop-backend:3f2a1c9
     · 3 Pull acme/shop-frontend:3f2a1c9
     · 4 Place docker-compose.yml
     · 5 Run task migrate
     · 6 Start new backend and frontend
     ✗ 7 Wait until backend and frontend are healthy  backend is unhealthy    1.0 s
     · 8 Switch traffic in nginx to the new backend and frontend
     · 9 Stop the old backend
    ▲ Undoing: backend did not become healthy

    ✗ The new release did not become healthy. [SERVICE_UNHEALTHY]

      The health check of backend on test.example.com failed 5 times in 12.0 s: curl
      exited with 22.

      Last lines of shop-backend-2:
      │ listening on 8000
      │ cannot reach the database

      Release r41 is serving; no request went to the new one.
      Undone:
      - the new containers of backend and frontend are removed
      Not undone:
      - the task migrate ran

      → Mend it and deploy again, or read more with \`dray logs test backend\`."
  `)
})

test('shows the progress before the plan, and clears it after a failure', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(started, {
    type: 'note',
    at: START + 100,
    level: 'info',
    text: 'Connecting to test.example.com',
  })
  expect((await terminal.lines())[1]).toMatch(/^. Connecting to test\.example\.com$/)
  await tell({
    type: 'failed',
    at: START + 900,
    failure: { ...sampleFailure, title: 'The server does not answer.' },
  })
  reporter.close()
  const screen = await terminal.text()
  expect(screen).not.toContain('Connecting')
  expect(screen).toContain('✗ The server does not answer.')
})

test.each([1, 2, 3, 5])('never shows more lines than a terminal of %i rows has', async (rows) => {
  const { terminal, clock, tell, reporter } = stage({ rows })
  await tell(...midway, { type: 'undo.started', at: START + 1700, reason: 'it failed' })
  await clock.advance(1000)
  const headings = (await terminal.lines()).filter((line) => line.startsWith('shop →'))
  reporter.close()
  expect(headings.length).toBeLessThanOrEqual(1)
})

test('hides the cursor while it paints and gives it back on close, once', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(started, planMade)
  expect(terminal.isCursorHidden()).toBe(true)
  reporter.close()
  const { raw } = terminal
  reporter.close()
  expect(terminal.isCursorHidden()).toBe(false)
  expect(terminal.raw).toBe(raw)
})

test('gives the cursor back even when the last painting fails', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(started, planMade)
  const write = terminal.write.bind(terminal)
  terminal.write = (text) => {
    if (text.includes('shop')) throw new Error('the terminal is gone')
    return write(text)
  }
  reporter.report({ type: 'note', at: START + 900, level: 'warning', text: 'shop is tight' })
  expect(() => reporter.close()).toThrow('the terminal is gone')
  expect(terminal.isCursorHidden()).toBe(false)
})

test('paints at most twelve times a second however fast the events come', async () => {
  const { terminal, clock, reporter, tell } = stage()
  await tell(started, planMade, stepStarted(5, 600))
  let paints = 0
  const write = terminal.write.bind(terminal)
  terminal.write = (text) => {
    paints += 1
    return write(text)
  }
  for (let line = 0; line < 500; line += 1) {
    reporter.report(stepPrinted(5, 700 + line * 2, `row ${line}`))
    await clock.advance(2)
  }
  expect(paints).toBeGreaterThan(8)
  expect(paints).toBeLessThanOrEqual(12)
  reporter.close()
  const lines = await terminal.lines()
  expect(lines.filter((line) => /^migrate │ row \d+$/.test(line))).toHaveLength(500)
})

test('writes nothing while nothing that it shows changes', async () => {
  const { terminal, clock, reporter } = stage()
  reporter.report({ type: 'note', at: START, level: 'warning', text: 'the disk is 92% full' })
  await clock.advance(100)
  const { raw } = terminal
  await clock.advance(1000)
  expect(terminal.raw).toBe(raw)
  reporter.close()
  expect(await terminal.text()).toBe('▲ Warning: the disk is 92% full')
})

test('keeps warnings and task output above the region', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(
    started,
    planMade,
    stepStarted(5, 600),
    stepPrinted(5, 700, 'applied 0001.sql'),
    stepFinished(5, 1600),
  )
  await tell({
    type: 'note',
    at: START + 1700,
    level: 'warning',
    text: 'the disk is 92% full',
    hint: 'Free some room.',
  })
  reporter.close()
  expect((await terminal.lines()).slice(0, 4)).toEqual([
    '▲ Warning: frontend has no health check: dray can only see that it runs',
    'migrate │ applied 0001.sql',
    '▲ Warning: the disk is 92% full Free some room.',
    'shop → test  3f2a1c9                                                      1.8 s',
  ])
})

test('folds steps away when the terminal is lower than the plan', async () => {
  const { terminal, tell, reporter } = stage({ rows: 8 })
  await tell(...midway)
  const screen = await terminal.text()
  reporter.close()
  expect(screen).toMatchInlineSnapshot(`
    "▲ Warning: frontend has no health check: dray can only see that it runs
    shop → test  3f2a1c9                                                      1.7 s
    … 1 done
     ⠙ 2 Pull acme/shop-backend:3f2a1c9  image is not on the host             1.1 s
         ██████████░░░░░░░░░░░░░░░░░░░░  33%  9.0 MB / 27.0 MB  8.3 MB/s
     ⠙ 3 Pull acme/shop-frontend:3f2a1c9  image is not on the host            1.1 s
         ███████████████░░░░░░░░░░░░░░░  50%  6.2 MB / 12.3 MB  5.7 MB/s
    … 6 more"
  `)
})

test('paints again, without remains, after the terminal became narrower and wider', async () => {
  const { terminal, clock, tell, reporter } = stage()
  await tell(...midway)
  await terminal.settle()
  terminal.resize({ columns: 40, rows: 30 })
  await clock.advance(100)
  const narrow = await terminal.lines()
  terminal.resize({ columns: 100, rows: 30 })
  await clock.advance(100)
  const wide = await terminal.lines()
  reporter.close()
  expect(narrow.filter((line) => line.startsWith('shop →'))).toHaveLength(1)
  expect(Math.max(...narrow.slice(1).map((line) => line.length))).toBeLessThan(40)
  expect(wide.filter((line) => line.startsWith('shop →'))).toHaveLength(1)
})

test('cuts wide characters by the columns that they take', async () => {
  const { terminal, tell, reporter } = stage({ columns: 40 })
  await tell(started, planMade, stepStarted(5, 600), stepPrinted(5, 700, '漢字'.repeat(40)))
  const lines = await terminal.lines()
  reporter.close()
  const latest = lines.find((line) => line.includes('│ 漢') && line.startsWith('     '))
  expect(latest).toBe(`     │ ${'漢字'.repeat(7)}漢…`)
})

test('lets no output of a task steer the terminal', async () => {
  const { terminal, tell, reporter } = stage()
  await tell(
    started,
    planMade,
    stepStarted(5, 600),
    stepPrinted(5, 700, '\u001b[2J\u001b[1;1Hgone\u001b]0;title\u0007'),
  )
  reporter.close()
  expect(await terminal.lines()).toContain('migrate │ gone')
})

test('draws with ASCII where the locale is not UTF-8', async () => {
  const { terminal, tell, reporter } = stage({ env: { LANG: 'C', NO_COLOR: '1' } })
  await tell(...midway)
  reporter.close()
  expect(await terminal.text()).toMatch(/^[\t -~\n]*$/)
})

test('uses colours unless NO_COLOR is set', async () => {
  const { terminal, tell, reporter } = stage({ env: { LANG: 'C.UTF-8', NO_COLOR: '' } })
  await tell(...midway)
  reporter.close()
  expect(terminal.raw).toContain('\u001b[1mshop')
  const plain = stage()
  await plain.tell(...midway)
  plain.reporter.close()
  expect(plain.terminal.raw).not.toContain('\u001b[1m')
})
