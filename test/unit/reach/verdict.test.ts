import { expect, test } from 'vitest'
import { noneFailed } from '../../reach/count-outcomes.ts'
import { renderLine, renderSums } from '../../reach/render-reach.ts'
import type { ShapeResult } from '../../reach/run-shape.ts'
import { serves, servingSince } from '../../reach/serving.ts'
import { judge, lieOf, type PhaseName, type PhaseResult } from '../../reach/verdict.ts'
import type { Outcome } from '../../support/load/load-report.ts'

function phase(name: PhaseName, values: Partial<PhaseResult> = {}): PhaseResult {
  return {
    phase: name,
    exitCode: name === 'broken' ? 1 : 0,
    durationMs: 4000,
    requests: 300,
    counts: noneFailed,
    gapMs: 40,
    served: 'v2',
    isServed: true,
    stopped: [],
    touched: [],
    changedByHand: [],
    causes: [],
    ...values,
  }
}

const good = (['adopt', 'deploy', 'broken', 'rollback'] as const).map((name) => phase(name))
const lost = { ...noneFailed, refused: 12 }

test.each([
  ['lossless', good],
  ['lossless', [phase('deploy', { counts: { ...noneFailed, clientReset: 1 } })]],
  ['lost', [phase('deploy', { counts: lost })]],
  ['drifted', [phase('deploy', { counts: lost, changedByHand: ['app1'] })]],
  ['refused', [phase('adopt', { exitCode: 3 }), phase('deploy', { counts: lost })]],
  ['lied', [phase('adopt', { exitCode: 3 }), phase('deploy', { isServed: false, served: 'down' })]],
  ['lied', [phase('deploy', { stopped: ['app2'] })]],
  ['lied', [phase('broken', { exitCode: 1, isServed: false })]],
  ['lied', [phase('broken', { exitCode: 0 })]],
] as const)('%s is the verdict on what is worst', (verdict, phases) => {
  expect(judge(phases, true)).toBe(verdict)
})

test('where nothing can be asked, a third party that was replaced is a loss', () => {
  const phases = [phase('adopt', { touched: ['store1'] })]
  expect([judge(phases, false), judge(phases, true)]).toEqual(['lost', 'lossless'])
})

test('a lie is reported as a sentence', () => {
  const lie = lieOf(phase('deploy', { isServed: false, served: 'down' }))
  expect(lie).toBe('deploy ended with 0, and after it: down')
})

test('what answers is reported by place: a version, several, or down when anything fails', () => {
  const at = (place: number, version: string, reason?: string): Outcome => ({
    place,
    version,
    method: 'GET',
    path: '/',
    sentAtMs: 10,
    endedAtMs: 20,
    reusedConnection: false,
    ...(reason !== undefined && { reason }),
  })
  const outcomes = [at(0, 'v2'), at(0, 'v2'), at(1, 'v1'), at(1, 'v2'), at(2, 'v2'), at(2, 'v2', 'HTTP 502')]
  const serving = servingSince(outcomes, 4, 5)
  expect(serving).toEqual([['v2'], ['v1', 'v2'], 'down', 'down'])
  expect(serves(serving.slice(0, 1), ['v2'])).toBe(true)
  expect(serves(serving.slice(0, 2), ['v2', 'v2'])).toBe(false)
})

test('a line and the last lines of a run', () => {
  const facts = { proxy: 'caddy', own: 2, asked: 1, durationMs: 61_400 }
  const results: ShapeResult[] = [
    { id: 'f01', ...facts, verdict: 'lossless', phases: good, latestSendMs: 12.4 },
    {
      id: 'f02',
      ...facts,
      verdict: 'lost',
      phases: [
        phase('deploy', {
          counts: lost,
          gapMs: 1840,
          causes: ['app1 is stopped for a moment, since it publishes port 80.'],
        }),
      ],
    },
  ]
  expect(results.map(renderLine)).toEqual([
    'f01  caddy, 2 own  adopt 0  deploy 0  broken 0  rollback 0  gap 40 ms  61 s  LOSSLESS',
    'f02  caddy, 2 own  adopt -  deploy 12  broken -  rollback -  gap 1,840 ms  61 s  LOST  deploy: 12 refused (app1 is stopped for a moment, since it publishes port 80)',
  ])
  expect(renderSums(results)).toBe(
    'requests were sent 12 ms late at most\n1 of 2 shapes: 0 failed\n1 lost requests, gap 1,840 ms at most\n0 refused, 0 drifted, 0 not measured\n0 lied',
  )
})
