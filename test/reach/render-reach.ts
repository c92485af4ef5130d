import { renderTable } from '../../bench/render-table.ts'
import { lostOf } from './count-outcomes.ts'
import type { ShapeResult } from './run-shape.ts'
import { lieOf, type PhaseName, type PhaseResult } from './verdict.ts'

const phaseNames: readonly PhaseName[] = ['adopt', 'deploy', 'broken', 'rollback']

/** A line about one app, while others are still to come. */
export function renderLine(result: ShapeResult): string {
  const phases = phaseNames.map((name) => `${name} ${cellOf(result, name)}`)
  const seconds = `${Math.round(result.durationMs / 1000)} s`
  const gap = `gap ${longestGapOf(result).toLocaleString('en')} ms`
  return [
    `${result.id}  ${result.proxy}, ${result.own} own`,
    ...phases,
    gap,
    seconds,
    result.verdict.toUpperCase(),
    ...(result.verdict === 'lossless' ? [] : reasonsOf(result).slice(0, 1)),
  ].join('  ')
}

/** All results: a row for each app, and the sums with the reasons. */
export function renderReach(results: readonly ShapeResult[]): string {
  const head = ['shape', 'in front', 'own', ...phaseNames, 'gap ms', 'verdict']
  const rows = results.map((result) => [
    result.id,
    result.proxy,
    String(result.own),
    ...phaseNames.map((name) => cellOf(result, name)),
    longestGapOf(result).toLocaleString('en'),
    result.verdict,
  ])
  return [renderTable(head, rows), renderReasons(results), renderSums(results)].join('\n\n')
}

/** The last lines of a run. */
export function renderSums(results: readonly ShapeResult[]): string {
  const of = (...verdicts: readonly string[]): ShapeResult[] =>
    results.filter(({ verdict }) => verdicts.includes(verdict))
  const gaps = of('lost').map(longestGapOf)
  const gap = gaps.length === 0 ? '' : `, gap ${Math.max(...gaps).toLocaleString('en')} ms at most`
  const latestMs = Math.round(Math.max(0, ...results.map(({ latestSendMs = 0 }) => latestSendMs)))
  return [
    `requests were sent ${latestMs.toLocaleString('en')} ms late at most`,
    `${of('lossless').length} of ${results.length} shapes: 0 failed`,
    `${of('lost').length} lost requests${gap}`,
    `${of('refused').length} refused, ${of('drifted').length} drifted, ${of('crashed').length} not measured`,
    `${of('lied').length} lied`,
  ].join('\n')
}

/** Why an app is not lossless, a sentence each, the worst first. */
export function reasonsOf({ phases, error }: ShapeResult): string[] {
  const lies = phases.flatMap((phase) => lieOf(phase) ?? [])
  const failures = phases.flatMap(({ phase, failure, exitCode }) =>
    phase !== 'broken' && exitCode !== 0
      ? [`${phase}: ${failure?.code ?? `exit ${exitCode}`}: ${failure?.message ?? ''}`]
      : [],
  )
  const drifts = phases.flatMap(({ changedByHand }) =>
    changedByHand.length > 0 ? [`docker compose up -d replaced ${changedByHand.join(', ')}`] : [],
  )
  const losses = phases.flatMap((phase) =>
    lostOf(phase.counts) > 0 ? `${phase.phase}: ${kindsOf(phase)} (${someOf(phase.causes)})` : [],
  )
  return [...(error === undefined ? [] : [error]), ...lies, ...failures, ...drifts, ...losses]
}

/** Of what the plan says, what stops something; or all, where nothing of that kind is said. */
function someOf(causes: readonly string[]): string {
  const stopping = causes.filter((it) => it.includes(' briefly unavailable'))
  const all = stopping.length > 0 ? stopping : causes
  const first = all.slice(0, 2).map((it) => it.replace(/\.$/, ''))
  if (first.length === 0) return 'the plan gives no reason'
  return `${first.join('; ')}${all.length > 2 ? `; and ${all.length - 2} more` : ''}`
}

function renderReasons(results: readonly ShapeResult[]): string {
  return results
    .filter(({ verdict }) => verdict !== 'lossless')
    .map((result) => `- ${result.id}: ${reasonsOf(result).slice(0, 4).join('. ')}.`.replaceAll('\n', ' '))
    .join('\n')
}

/** Lost requests, the resets of clients' own kept connections after a plus, and the exit code where it is not the right one. */
function cellOf({ phases }: ShapeResult, name: PhaseName): string {
  const phase = phases.find((it) => it.phase === name)
  if (phase === undefined) return '-'
  const resets = phase.counts.clientReset
  const isWrong = name === 'broken' ? phase.exitCode === 0 : phase.exitCode !== 0
  return `${lostOf(phase.counts)}${resets > 0 ? `+${resets}` : ''}${isWrong ? ` (exit ${phase.exitCode})` : ''}`
}

function kindsOf({ counts }: PhaseResult): string {
  return Object.entries(counts)
    .filter(([kind, count]) => count > 0 && kind !== 'clientReset')
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')
}

function longestGapOf({ phases }: ShapeResult): number {
  return Math.max(0, ...phases.map(({ gapMs }) => gapMs))
}
