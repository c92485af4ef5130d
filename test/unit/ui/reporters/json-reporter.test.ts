import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeployEvent } from '../../../../src/deploy/model/events.ts'
import { Secret } from '../../../../src/shared/secrets/secret.ts'
import { renderJsonLine } from '../../../../src/ui/reporters/json-reporter.ts'
import { outputOf } from '../../../support/terminal-output.ts'
import { planMade, sampleFailure, START, stepPrinted, wholeDeploy } from '../../../support/terminal-events.ts'

type Line = Record<string, unknown>

function linesOf(events: readonly DeployEvent[], secrets: readonly Secret[] = []): Line[] {
  const { stdout, stderr } = outputOf('json', events, { secrets })
  expect(stderr).toBe('')
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

const everyType: DeployEvent[] = [
  ...wholeDeploy,
  { type: 'undo.started', at: START + 1, reason: 'backend did not become healthy' },
  { type: 'failed', at: START + 2, failure: sampleFailure },
]

test('writes every event as one line with version, type and time', () => {
  const lines = linesOf(everyType)
  expect(lines.map(({ type }) => type)).toEqual(everyType.map(({ type }) => type))
  expect(lines.map(({ version }) => version)).toEqual(everyType.map(() => 1))
  expect(lines[0]).toEqual({
    version: 1,
    type: 'deploy.started',
    kind: 'deploy',
    time: '2026-11-23T06:00:00.000Z',
    app: 'shop',
    environment: 'test',
    hosts: ['deploy@test.example.com'],
    tag: '3f2a1c9',
  })
})

test('gives the failure whole', () => {
  expect(linesOf(everyType).at(-1)).toEqual({
    version: 1,
    type: 'failed',
    time: '2026-11-23T06:00:00.002Z',
    failure: sampleFailure,
  })
})

test('masks secrets in every field, however deep', () => {
  const value = 'hunter2hunter2'
  const events = [
    planMade,
    stepPrinted(5, 1, `password is ${value}`),
    { type: 'failed', at: START, failure: { ...sampleFailure, details: { logTail: [value] } } },
  ] as const satisfies DeployEvent[]
  expect(JSON.stringify(linesOf(events, [new Secret(value)]))).not.toContain(value)
})

test('keeps a line a line, whatever a container prints', () => {
  const [line] = linesOf([stepPrinted(5, 1, 'a\n{"version":1,"type":"deploy.finished"}')])
  expect(line).toMatchObject({ type: 'step.printed', line: 'a\n{"version":1,"type":"deploy.finished"}' })
})

test('docs/json-output.md names every type and every field that a deploy gives', () => {
  const docs = readFileSync('docs/json-output.md', 'utf8')
  const names = new Set(linesOf(everyType).flatMap((line) => [String(line['type']), ...namesWithin(line)]))
  expect([...names].filter((name) => !docs.includes(`\`${name}\``))).toEqual([])
})

function namesWithin(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesWithin)
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesWithin(inner)])
}

test('whatever the fields say, it is one line that means just that, and steers neither a terminal nor the runner', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('##[error]x', '\u009b2J', '\u202e', '::error::'),
  )
  fc.assert(
    fc.property(fc.dictionary(hostile, fc.oneof(hostile, fc.array(hostile))), (value) => {
      const line = renderJsonLine({ type: 'any', at: START, value })
      expect(line).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|##\[|^\s*::|\n[^]/)
      expect((JSON.parse(line) as Line)['value']).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
