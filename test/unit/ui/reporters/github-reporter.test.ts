import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { outputOf } from '../../../support/terminal-output.ts'
import {
  planMade,
  sampleFailure,
  START,
  started,
  stepFinished,
  stepPrinted,
  stepStarted,
  wholeDeploy,
} from '../../../support/terminal-events.ts'

const env = { GITHUB_ACTIONS: 'true' }

/** As the runner finds commands in a line: `::` at its start after white space, `##[` anywhere. */
function isCommand(line: string): boolean {
  return /^\s*::/.test(line) || line.includes('##[')
}

function temporaryFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'summary-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return join(directory, 'summary.md')
}

test('folds each step into a group, one after the other where they run side by side', () => {
  expect(outputOf('github', wholeDeploy, { env }).stderr).toMatchInlineSnapshot(`
    "Deploying shop 3f2a1c9 to test (deploy@test.example.com)
    Connecting to deploy@test.example.com
    ::warning title=shop on test::frontend has no health check: dray can only see that it runs
    Plan for release r42: 9 steps, up to 39.3 MB to download
    ::group::1/9 Remove dangling images
    Reason: layers of no image take room
    1/9 nothing to do
    ::endgroup::
    ::group::2/9 Pull acme/shop-backend:3f2a1c9
    Reason: image is not on the host
    2/9 done in 7.0 s: pulled 27.0 MB
    ::endgroup::
    ::group::3/9 Pull acme/shop-frontend:3f2a1c9
    Reason: image is not on the host
    3/9 done in 1.5 s: pulled 12.3 MB
    ::endgroup::
    ::group::4/9 Place docker-compose.yml
    Reason: changed since release r41
    4/9 done in 0.1 s
    ::endgroup::
    ::group::5/9 Run task migrate
    Reason: runs before traffic switches
    migrate │ applied 0007_orders.sql
    5/9 done in 1.0 s
    ::endgroup::
    ::group::6/9 Start new backend and frontend
    Reason: backend and frontend have new images
    6/9 done in 0.3 s
    ::endgroup::
    ::group::7/9 Wait until backend and frontend are healthy
    Reason: before they get traffic
    7/9 done in 1.6 s: healthy after 1.6 s
    ::endgroup::
    ::group::8/9 Switch traffic in nginx to the new backend and frontend
    Reason: the new containers are healthy
    8/9 done in 0.1 s
    ::endgroup::
    ::group::9/9 Stop the old backend
    Reason: replaced by step 6
    9/9 done in 1.6 s
    ::endgroup::
    "
  `)
})

test('annotates a failure with service and step, outside every group', () => {
  const { stderr } = outputOf(
    'github',
    [
      started,
      planMade,
      stepStarted(7, 900),
      stepFinished(7, 1900, { outcome: 'failed' }),
      stepStarted(9, 2000),
      { type: 'failed', at: START + 2100, failure: sampleFailure },
    ],
    { env },
  )
  const lines = stderr.split('\n')
  const error = lines.findIndex((line) => line.startsWith('::error'))
  expect(lines[error]).toBe(
    '::error title=SERVICE_UNHEALTHY%2C shop on test%2C step 7/9%3A Wait until backend and frontend are healthy::' +
      'The health check of backend on test.example.com failed 5 times in 12.0 s: curl exited with 22.%0A' +
      'Mend it and deploy again, or read more with `dray logs test backend`.',
  )
  const groupLines = lines.slice(0, error).filter((line) => /^::(end)?group::/.test(line))
  expect(groupLines.at(-1)).toBe('::endgroup::')
  expect(groupLines.filter((line) => line === '::endgroup::')).toHaveLength(groupLines.length / 2)
})

test('points an annotation at the file and line of a configuration error', () => {
  const details = { location: { file: 'dray.yml', line: 3, column: 7 } }
  const failure = { ...sampleFailure, code: 'CONFIG_INVALID', message: 'Unknown key.', hint: '', details }
  const { stderr } = outputOf('github', [{ type: 'failed', at: START, failure }], { env })
  expect(stderr).toContain('::error title=CONFIG_INVALID%2C dray,file=dray.yml,line=3,col=7::Unknown key.\n')
})

test('escapes percent signs, line breaks, colons and commas of an annotation', () => {
  const note = {
    type: 'note',
    at: START,
    level: 'warning',
    text: '100% full\n::set-output name=a::b, c',
  } as const
  const { stderr } = outputOf('github', [{ ...started, app: 'a:b,c%' } as typeof started, note], { env })
  expect(stderr).toContain('::warning title=a%3Ab%2Cc%25 on test::100%25 full%0A::set-output name=a::b, c\n')
})

test('never lets foreign text start a workflow command', () => {
  const dangerous = fc.stringMatching(/^[\s\u001b:#[\]=a-f]{0,20}$/)
  const text = fc.oneof(
    dangerous,
    fc.string(),
    fc.constantFrom('::stop-commands::x', '##[error]x', '\u001b[0m::error::x'),
  )
  fc.assert(
    fc.property(text, text, (foreign, other) => {
      const failure = {
        ...sampleFailure,
        details: { logTail: [foreign], problems: [other] },
        serving: foreign,
      }
      const { stdout, stderr } = outputOf(
        'github',
        [
          started,
          { type: 'note', at: START, level: 'info', text: other },
          stepStarted(5, 100),
          stepPrinted(5, 200, foreign),
          stepFinished(5, 300, { result: other }),
          { type: 'probe.finished', at: START, report: { ...noProbes, url: foreign } },
          { type: 'failed', at: START, failure },
        ],
        { env },
      )
      const commands = `${stdout}\n${stderr}`.split(/\r?\n|\r/).filter(isCommand)
      expect(commands.map((line) => /^::(\w+)/.exec(line)?.[1])).toEqual(['group', 'endgroup', 'error'])
    }),
    { numRuns: 300 },
  )
})

const noProbes = { requests: 0, failures: 0, medianMs: 0, p99Ms: 0, firstFailures: [] }

test('masks secrets in the log, the annotations and the job summary', () => {
  const path = temporaryFile()
  const value = 'hunter2hunter2'
  const failure = { ...sampleFailure, message: `login as ${value}`, details: { logTail: [value] } }
  const events = [started, planMade, stepStarted(5, 1), stepPrinted(5, 2, value)]
  const { stdout, stderr } = outputOf('github', [...events, { type: 'failed', at: START, failure }], {
    env: { ...env, GITHUB_STEP_SUMMARY: path },
    secrets: [new Secret(value)],
  })
  expect(stdout + stderr + readFileSync(path, 'utf8')).not.toContain(value)
  expect(stderr).toContain('migrate │ [redacted]')
})

test('appends to the job summary that other steps began', () => {
  const path = temporaryFile()
  writeFileSync(path, 'before\n')
  outputOf('github', wholeDeploy, { env: { ...env, GITHUB_STEP_SUMMARY: path } })
  expect(readFileSync(path, 'utf8')).toMatch(/^before\n## shop on test\n/)
})

test('warns, and fails nothing, when the job summary cannot be written', () => {
  const path = join(temporaryFile(), 'not', 'there')
  const { stdout, stderr } = outputOf('github', wholeDeploy, { env: { ...env, GITHUB_STEP_SUMMARY: path } })
  expect(stderr).toContain('::warning::Cannot write the job summary: ENOENT')
  expect(stdout).toContain('Deployed shop to test')
})
