import { expect, test } from 'vitest'
import { createTerminalStyle } from '../../../../../src/ui/terminal/terminal-style.ts'
import { renderFailure } from '../../../../../src/ui/render/deploy/render-failure.ts'
import { sampleFailure } from '../../../../support/terminal-events.ts'

const style = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })

test('shows the failure, its reason, the log, the serving release, the undone steps and the next command', () => {
  expect(renderFailure(sampleFailure, style)).toMatchInlineSnapshot(`
    "✗ The new release did not become healthy. [SERVICE_UNHEALTHY]

      The health check of backend on test.example.com failed 5 times in 12.0 s: curl exited with 22.

      Last lines of shop-backend-2:
      │ listening on 8000
      │ cannot reach the database

      Release r41 is serving; no request went to the new one.
      Undone:
      - the new containers of backend and frontend are removed
      Not undone:
      - the task migrate ran

      → Mend it and deploy again, or read more with \`dray logs test backend\`.
    "
  `)
})

test('breaks no word of the title on a narrow terminal', () => {
  const [first, second] = renderFailure(sampleFailure, { ...style, columns: 60 }).split('\n')
  expect([first, second]).toEqual(['✗ The new release did not become healthy.', '[SERVICE_UNHEALTHY]'])
})

test('shows where in a file a problem is, and every problem', () => {
  const failure = {
    ...{
      code: 'CONFIG_INVALID',
      title: 'dray.yml has an unknown key or an invalid value.',
      exitCode: 2,
    },
    ...{ message: 'dray.yml has 2 problems.', hint: '`dray help dray.yml` lists every key.' },
    details: {
      location: { file: 'dray.yml', line: 3, column: 7 },
      problems: ['line 3: no key `hots`', 'line 9: no tag'],
    },
  }
  expect(renderFailure(failure, style)).toMatchInlineSnapshot(`
    "✗ dray.yml has an unknown key or an invalid value. [CONFIG_INVALID]

      dray.yml has 2 problems.
      dray.yml:3:7
      - line 3: no key \`hots\`
      - line 9: no tag

      → \`dray help dray.yml\` lists every key.
    "
  `)
})

test('is plain text in an ASCII locale', () => {
  expect(renderFailure(sampleFailure, createTerminalStyle({ env: {}, isTTY: false }))).toMatch(/^[\t -~\n]*$/)
})

test('colours the command to type', () => {
  const colored = renderFailure(
    sampleFailure,
    createTerminalStyle({ env: { FORCE_COLOR: '1' }, isTTY: false }),
  )
  expect(colored).toContain('\u001b[36m`dray logs test backend`\u001b[39m')
})
