/** A part of a deploy by dray, in the order in which they began. */
export type TimedStep = { name: string; durationMs: number }

type Line = { type: string; time: string; stepId?: number; kind?: string; durationMs?: number }

/**
 * How a deploy spent its time, read from the events of `dray deploy --json` (docs/json-output.md): what came before the
 * first event and after the last, observing, and every step; steps that stand side by side count as one, the longest.
 * Empty for output of other programs.
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
  const steps = new Map<string, number>()
  const kinds = new Map(lines.map(({ stepId, kind }) => [kind === undefined ? undefined : stepId, kind]))
  for (const { type, stepId, durationMs = 0 } of lines) {
    const kind = kinds.get(stepId)
    if (type !== 'step.finished' || kind === undefined) continue
    const isSideBySide = ['pull-image', 'stop-old', 'remove-old'].includes(kind)
    const before = steps.get(kind) ?? 0
    steps.set(kind, isSideBySide ? Math.max(before, durationMs) : before + durationMs)
  }
  const inSteps = [...steps.values()].reduce((sum, ms) => sum + ms, 0)
  const outside = wholeMs - (finishedAtMs - startedAtMs)
  return [
    { name: 'start and end of the program', durationMs: outside },
    { name: 'connect, lock, observe, plan', durationMs: plannedAtMs - startedAtMs },
    ...[...steps].map(([name, durationMs]) => ({ name, durationMs })),
    { name: 'between steps, probe and lock ended', durationMs: finishedAtMs - plannedAtMs - inSteps },
  ]
}
