/** A part of a deploy by dray, in the order in which they began. */
export type TimedStep = { name: string; durationMs: number }

type Span = { fromMs: number; toMs: number }

type Line = { type: string; time: string; stepId?: number; kind?: string; durationMs?: number }

/**
 * How a deploy spent its time, read from the events of `dray deploy --json` (docs/json-output.md): what came before the
 * first event and after the last, observing, and the steps of each kind. Steps of one kind that stand side by side count
 * once; those of two kinds count for both. A failed deploy ends with its undo. Empty for output of other programs.
 */
export function readSteps(stdout: string, wholeMs: number): TimedStep[] {
  const lines = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))
  const at = (type: string) => Date.parse(lines.find((line) => line.type === type)?.time ?? '')
  const [startedAtMs, plannedAtMs, finishedAtMs] = [
    at('deploy.started'),
    at('plan.made'),
    at('deploy.finished'),
  ]
  if (Number.isNaN(startedAtMs + plannedAtMs + finishedAtMs)) return []
  const spans = new Map<string, Span[]>()
  const kinds = new Map(lines.map(({ stepId, kind }) => [kind === undefined ? undefined : stepId, kind]))
  for (const { type, time, stepId, durationMs = 0 } of lines) {
    const kind = kinds.get(stepId)
    if (type !== 'step.finished' || kind === undefined) continue
    const toMs = Date.parse(time)
    spans.set(kind, [...(spans.get(kind) ?? []), { fromMs: toMs - durationMs, toMs }])
  }
  const undoneAtMs = at('undo.started')
  if (!Number.isNaN(undoneAtMs)) spans.set('undo', [{ fromMs: undoneAtMs, toMs: finishedAtMs }])
  const inSteps = coveredMs([...spans.values()].flat())
  const outside = wholeMs - (finishedAtMs - startedAtMs)
  return [
    { name: 'start and end of the program', durationMs: outside },
    { name: 'connect, lock, observe, plan', durationMs: plannedAtMs - startedAtMs },
    ...[...spans].map(([name, those]) => ({ name, durationMs: coveredMs(those) })),
    { name: 'between steps, probe and lock ended', durationMs: finishedAtMs - plannedAtMs - inSteps },
  ]
}

/** The time that at least one of the spans covers. */
function coveredMs(spans: readonly Span[]): number {
  let endMs = -Infinity
  let sumMs = 0
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    sumMs += Math.max(0, toMs - Math.max(fromMs, endMs))
    endMs = Math.max(endMs, toMs)
  }
  return sumMs
}
