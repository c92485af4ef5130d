import { expect, test } from 'vitest'
import { renderJobSummary } from '../../../../../src/ui/render/deploy/job-summary.ts'
import { deployStateOf } from '../../../../../src/ui/render/deploy/deploy-state.ts'
import {
  finished,
  planMade,
  sampleFailure,
  START,
  started,
  stepFinished,
  stepStarted,
  wholeDeploy,
} from '../../../../support/terminal-events.ts'

test('shows images by digest, the timeline and the probes of a deploy', () => {
  expect(renderJobSummary(deployStateOf(wholeDeploy))).toMatchInlineSnapshot(`
    "## shop on test

    ✓ Deployed shop to test in 12.3 s: release r42.

    | Service | Tag | Image |
    | --- | --- | --- |
    | backend | <code>3f2a1c9</code> | <code>ghcr.io/acme/shop-backend&#64;sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef</code> |
    | frontend | <code>3f2a1c9</code> | <code>ghcr.io/acme/shop-frontend&#64;sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210</code> |

    > **Warning:** frontend has no health check: dray can only see that it runs

    ### Timeline, 12.3 s

    \`\`\`text
    ✓  Remove dangling images                             █                                        0.1 s
    ✓  Pull acme/shop-backend:3f2a1c9                     ███████████████████████                  7.0 s
    ✓  Pull acme/shop-frontend:3f2a1c9                    █████                                    1.5 s
    ✓  Place docker-compose.yml                                                  █                 0.1 s
    ✓  Run task migrate                                                           ███              1.0 s
    ✓  Start new backend and frontend                                                █             0.3 s
    ✓  Wait until backend and frontend are healthy                                    █████        1.6 s
    ✓  Switch traffic in nginx to the new backend and …                                    █       0.1 s
    ✓  Stop the old backend                                                                █████   1.6 s
    \`\`\`

    \`\`\`text
    Probe of http://localhost/api/health: 1,204 requests, 0 failed, median 3.2 ms, 99th percentile 12 ms
    \`\`\`

    "
  `)
})

test('shows a failure with its log folded', () => {
  const events = [
    started,
    planMade,
    stepStarted(7, 900),
    stepFinished(7, 1900, { outcome: 'failed' }),
    finished({ outcome: 'failed', serving: 'r41', images: [] }),
    { type: 'failed', at: START + 2100, failure: sampleFailure },
  ] as const
  expect(renderJobSummary(deployStateOf(events))).toMatchInlineSnapshot(`
    "## shop on test

    ✗ shop was not deployed to test (12.3 s). Release r41 is serving.

    ### The new release did not become healthy. <code>SERVICE&#95;UNHEALTHY</code>

    The health check of backend on test.example.com failed 5 times in 12.0 s: curl exited with 22.

    <details><summary>Last lines of shop-backend-2</summary>

    \`\`\`text
    listening on 8000
    cannot reach the database
    \`\`\`

    </details>

    Release r41 is serving; no request went to the new one.

    Undone:

    - the new containers of backend and frontend are removed

    Not undone:

    - the task migrate ran

    **Next:** Mend it and deploy again, or read more with <code>dray logs test backend</code>.

    > **Warning:** frontend has no health check: dray can only see that it runs

    ### Timeline, 12.3 s

    \`\`\`text
    ✗  Wait until backend and frontend are healthy                    █████████████████████   1.0 s
    \`\`\`

    "
  `)
})

test('keeps foreign text in its place on the page', () => {
  const log = ['```', '</details><img src=x>', '# heading']
  const failure = { ...sampleFailure, message: '<b>|*x*|</b> @team', details: { logTail: log } }
  const summary = renderJobSummary(deployStateOf([{ type: 'failed', at: START, failure }]))
  expect(summary).toContain('````text\n```\n</details><img src=x>\n# heading\n````\n\n</details>')
  expect(summary).toContain('&lt;b&gt;&#124;&#42;x&#42;&#124;&lt;/b&gt; &#64;team')
})

test('says so when a deploy did not end', () => {
  expect(renderJobSummary(deployStateOf([started]))).toBe(
    '## shop on test\n\nThe deploy did not finish. Tag: <code>3f2a1c9</code>\n\n',
  )
})
