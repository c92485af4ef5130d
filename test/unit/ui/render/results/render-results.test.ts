import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderProbeReport } from '../../../../../src/ui/render/deploy/render-probe-report.ts'
import { renderSummary, type DeployFinished } from '../../../../../src/ui/render/deploy/render-summary.ts'
import { finished } from '../../../../support/terminal-events.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })

const report = {
  ...{ url: 'http://localhost/api/health', requests: 12_045, failures: 3, medianMs: 3.21, p99Ms: 1240 },
  firstFailures: [
    { atMs: 3200, reason: 'status 502' },
    { atMs: 3300, reason: 'connection refused' },
  ],
}

function summaryOf(more: Partial<DeployFinished>): string {
  return renderSummary(finished(more) as DeployFinished, style)
}

test('reports the requests of a probe, and its first failures', () => {
  expect(renderProbeReport(report, style)).toMatchInlineSnapshot(`
    "Probe of http://localhost/api/health: 12,045 requests, 3 failed, median 3.2 ms, 99th percentile 1.2 s
      ✗ after 3.2 s: status 502
      ✗ after 3.3 s: connection refused
        and 1 more
    "
  `)
})

test('breaks the line of a probe where the terminal is narrow', () => {
  const clean = { ...report, failures: 0, firstFailures: [] }
  expect(renderProbeReport(clean, { ...style, columns: 80 })).toMatchInlineSnapshot(`
    "Probe of http://localhost/api/health: 12,045 requests, 0 failed,
      median 3.2 ms, 99th percentile 1.2 s
    "
  `)
})

test('gives no times where no request succeeded', () => {
  const none = { ...report, requests: 2, failures: 2, medianMs: NaN, p99Ms: NaN }
  expect(renderProbeReport(none, style).split('\n')[0]).toBe(
    'Probe of http://localhost/api/health: 2 requests, 2 failed',
  )
})

test('says that nothing was answered', () => {
  const none = { ...report, requests: 0, failures: 0, firstFailures: [] }
  expect(renderProbeReport(none, style)).toBe('Probe of http://localhost/api/health: no answer.\n')
})

test('lists each service with tag, digest and image', () => {
  expect(summaryOf({})).toMatchInlineSnapshot(`
    "✓ Deployed shop to test in 12.3 s: release r42.
      backend   3f2a1c9  sha256:0123456789ab  ghcr.io/acme/shop-backend
      frontend  3f2a1c9  sha256:fedcba987654  ghcr.io/acme/shop-frontend
    "
  `)
})

test.each([
  ['unchanged', 'r41', '✓ Nothing to do: release r42 of shop is already running on test (12.3 s).\n'],
  ['failed', 'r41', '✗ shop was not deployed to test (12.3 s). Release r41 is serving.\n'],
  ['failed', undefined, '✗ shop was not deployed to test (12.3 s).\n'],
  ['cancelled', 'r41', '■ Cancelled after 12.3 s: shop on test. Release r41 is serving.\n'],
] as const)('says in one sentence how a deploy ended: %s, %s serving', (outcome, serving, sentence) => {
  expect(summaryOf({ outcome, serving, images: [] })).toBe(sentence)
})
