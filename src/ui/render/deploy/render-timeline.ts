import type { Glyphs } from '../../terminal/terminal-style.ts'
import { renderDuration } from '../text/render-duration.ts'
import { renderTable } from '../text/render-table.ts'
import { hasSeveralHosts, type DeployState, type StepState } from './deploy-state.ts'
import { cutToWidth } from '../../terminal/text-width.ts'

const CHART_COLUMNS = 40

const TITLE_COLUMNS = 48

/** Start and duration of each step as bars on a common axis, one line per step; empty until a step has ended. */
export function renderTimeline(deployState: DeployState, glyphs: Glyphs): string[] {
  const steps = [...deployState.steps.values()].filter(hasRun)
  if (steps.length === 0) return []
  const start = deployState.startedAt ?? Math.min(...steps.map(({ startedAt }) => startedAt))
  const end = Math.max(...steps.map(({ startedAt, durationMs }) => startedAt + durationMs))
  const scale = CHART_COLUMNS / Math.max(1, end - start)
  const severalHosts = hasSeveralHosts(deployState)
  return renderTable({
    rows: steps.map((step) => {
      const from = Math.min(CHART_COLUMNS - 1, Math.floor((step.startedAt - start) * scale))
      const length = Math.max(1, Math.min(CHART_COLUMNS - from, Math.round(step.durationMs * scale)))
      const bar = ' '.repeat(from) + (glyphs.bar.at(-1) ?? '').repeat(length)
      return [
        markOf(step, glyphs),
        cutToWidth(step.title, TITLE_COLUMNS, glyphs.ellipsis),
        severalHosts ? step.host : '',
        bar.padEnd(CHART_COLUMNS),
        renderDuration(step.durationMs),
      ]
    }),
    columns: [{}, {}, {}, {}, { align: 'right' }],
  })
}

type FinishedStep = StepState & { startedAt: number; durationMs: number }

function hasRun(step: StepState): step is FinishedStep {
  return step.startedAt !== undefined && step.durationMs !== undefined
}

function markOf({ state }: StepState, glyphs: Glyphs): string {
  if (state === 'failed') return glyphs.failed
  return state === 'cancelled' ? glyphs.cancelled : glyphs.done
}
