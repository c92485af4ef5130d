import { expect, test } from 'vitest'
import { outputOf } from '../../../support/terminal-output.ts'
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

test('prints a deploy in lines with the elapsed time, and the result on standard output', () => {
  const { stdout, stderr } = outputOf('plain', wholeDeploy)
  expect(stderr).toMatchInlineSnapshot(`
    "    0.0 s  Deploying shop 3f2a1c9 to test (deploy@test.example.com)
        0.1 s  Connecting to deploy@test.example.com
        0.4 s  Plan for release r42: 9 steps, up to 39.3 MB to download
        0.4 s  Warning: frontend has no health check: dray can only see that it runs
        0.5 s  1/9 Remove dangling images (layers of no image take room)
        0.6 s  1/9 nothing to do
        0.6 s  2/9 Pull acme/shop-backend:3f2a1c9 (image is not on the host)
        0.6 s  3/9 Pull acme/shop-frontend:3f2a1c9 (image is not on the host)
        2.1 s  3/9 done in 1.5 s: pulled 12.3 MB
        6.6 s  2/9 77%, 21.0 MB of 27.0 MB, 3.5 MB/s
        7.6 s  2/9 done in 7.0 s: pulled 27.0 MB
        7.6 s  4/9 Place docker-compose.yml (changed since release r41)
        7.7 s  4/9 done in 0.1 s
        7.7 s  5/9 Run task migrate (runs before traffic switches)
        8.0 s  migrate │ applied 0007_orders.sql
        8.7 s  5/9 done in 1.0 s
        8.7 s  6/9 Start new backend and frontend (backend and frontend have new images)
        9.0 s  6/9 done in 0.3 s
        9.0 s  7/9 Wait until backend and frontend are healthy (before they get traffic)
       10.6 s  7/9 done in 1.6 s: healthy after 1.6 s
       10.6 s  8/9 Switch traffic in nginx to the new backend and frontend (the new containers are healthy)
       10.7 s  8/9 done in 0.1 s
       10.7 s  9/9 Stop the old backend (replaced by step 6)
       12.3 s  9/9 done in 1.6 s
    "
  `)
  expect(stdout).toMatchInlineSnapshot(`
    "Probe of http://localhost/api/health: 1,204 requests, 0 failed, median 3.2 ms, 99th percentile 12 ms
    ✓ Deployed shop to test in 12.3 s: release r42.
      backend   3f2a1c9  sha256:0123456789ab  ghcr.io/acme/shop-backend
      frontend  3f2a1c9  sha256:fedcba987654  ghcr.io/acme/shop-frontend
    "
  `)
})

test('prints the progress of a pull every five seconds at most', () => {
  const progress = Array.from({ length: 140 }, (_, second) =>
    stepProgressed(2, 1000 + second * 100, 100_000 * second),
  )
  const { stderr } = outputOf('plain', [started, planMade, stepStarted(2, 1000), ...progress])
  expect(stderr.split('\n').filter((line) => line.includes('%'))).toEqual([
    '    6.0 s  2/9 18%, 5.0 MB of 27.0 MB, 1.0 MB/s',
    '   11.0 s  2/9 37%, 10.0 MB of 27.0 MB, 1.0 MB/s',
  ])
})

test('names the task before each line of its output', () => {
  const { stderr } = outputOf('plain', [
    started,
    planMade,
    stepStarted(5, 600),
    stepPrinted(5, 700, 'applied 0001.sql'),
  ])
  expect(stderr).toContain('    0.7 s  migrate │ applied 0001.sql\n')
})

test('prints a failure on standard error, and nothing on standard output', () => {
  const { stdout, stderr } = outputOf('plain', [
    started,
    planMade,
    stepStarted(7, 900),
    stepFinished(7, 1900, { outcome: 'failed' }),
    { type: 'undo.started', at: START + 2000, reason: 'backend did not become healthy' },
    { type: 'failed', at: START + 2100, failure: sampleFailure },
  ])
  expect(stderr).toContain('7/9 FAILED after 1.0 s\n')
  expect(stderr).toContain('Undoing: backend did not become healthy\n')
  expect(stderr).toContain('✗ The new release did not become healthy. [SERVICE_UNHEALTHY]\n')
  expect(stdout).toBe('')
})

test('writes no escape sequence unless FORCE_COLOR asks for colour, and never moves the cursor', () => {
  const hostile = stepPrinted(5, 700, '\u001b[31mred\u001b[2K\rover')
  const events = [started, planMade, stepStarted(5, 600), hostile]
  expect(outputOf('plain', events).stderr).not.toContain('\u001b')
  const forced = outputOf('plain', events, { env: { FORCE_COLOR: '1' } }).stderr
  expect(forced).toContain('\u001b[2m')
  expect(forced).not.toMatch(/\u001b\[[0-9;]*[A-LN-Za-ln-z]/)
})
