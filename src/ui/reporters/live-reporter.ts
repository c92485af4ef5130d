import type { DeployEvent } from '../../deploy/model/events.ts'
import type { Clock } from '../../shared/clock.ts'
import { createLiveRegion } from '../terminal/live-region.ts'
import { createTerminalStyle, type TerminalStyle } from '../terminal/terminal-style.ts'
import { narrate } from './narrate.ts'
import { renderFailure } from '../render/deploy/render-failure.ts'
import { renderLive } from '../render/deploy/render-live.ts'
import { renderProbeReport } from '../render/deploy/render-probe-report.ts'
import { renderSummary } from '../render/deploy/render-summary.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { addToDeployState, createDeployState, type DeployState } from '../render/deploy/deploy-state.ts'
import { warningText } from '../render/text/warning-text.ts'

/** Twelve repaints per second look smooth and need little bandwidth on a slow connection. */
const REPAINT_INTERVAL_MS = 84

/**
 * Draws the deploy in place on a terminal: steps, bars and times in a region at the end, warnings and the output of tasks
 * above it. `close()` leaves the last state of the region and prints the results below it. Until then the cursor is hidden,
 * so it must be called in every case. It is synchronous; a second call has no effect.
 */
export function createLiveReporter({ stdout, stderr, env, clock }: ReporterOptions): Reporter {
  const style = createTerminalStyle({ env, isTTY: true })
  const deployState = createDeployState()
  const region = createLiveRegion(stderr)
  const closing = new AbortController()
  const printed: string[] = []

  const paint = (): void => {
    // Some pseudo-terminals report 0 if the size is unknown.
    const columns = stderr.columns || 80
    const rows = stderr.rows || 24
    // The last column and row stay free: terminals differ in how they wrap or scroll there.
    region.paint(
      renderLive(deployState, { style, columns: columns - 1, rows: rows - 1, now: clock.now() }),
      printed.splice(0),
    )
  }

  let isPainting = false
  const keepPainting = (): void => {
    if (isPainting || closing.signal.aborted) return
    isPainting = true
    void repeat(clock, closing.signal, paint)
  }

  return {
    report: (event) => {
      if (closing.signal.aborted) return
      addToDeployState(deployState, event)
      printed.push(...linesAbove(event, deployState, style))
      keepPainting()
    },
    close: () => {
      if (closing.signal.aborted) return
      closing.abort()
      if (deployState.startedAt === undefined) return
      try {
        paint()
      } finally {
        region.release()
      }
      stderr.write('\n')
      const results = createTerminalStyle({ env, isTTY: stdout.isTTY ?? false, columns: stdout.columns })
      if (deployState.probe) stdout.write(renderProbeReport(deployState.probe, results))
      if (deployState.finished && !deployState.failure)
        stdout.write(renderSummary(deployState.finished, results))
      if (deployState.failure)
        stderr.write(renderFailure(deployState.failure, { ...style, columns: stderr.columns }))
    },
  }
}

/** Paints immediately and then at every interval until `signal` aborts. */
async function repeat(clock: Clock, signal: AbortSignal, paint: () => void): Promise<void> {
  while (!signal.aborted) {
    paint()
    try {
      await clock.sleep(REPAINT_INTERVAL_MS, signal)
    } catch {
      return
    }
  }
}

/** Lines that an event prints above the region. */
function linesAbove(
  event: DeployEvent,
  deployState: DeployState,
  { colors, glyphs }: TerminalStyle,
): string[] {
  switch (event.type) {
    case 'note':
      if (event.level === 'warning') return [warning(event, { colors, glyphs })]
      return deployState.plan ? [colors.dim(event.text)] : []
    case 'plan.made':
      return [
        ...event.plan.warnings.map((text) => warning({ text }, { colors, glyphs })),
        ...(event.plan.unchanged ? [] : (event.plan.notUndone ?? []).map((text) => `Not undone: ${text}`)),
      ]
    case 'step.printed': {
      const step = deployState.steps.get(event.stepId)
      return step?.kind === 'run-task'
        ? [`${colors.dim(`${step.speaker} ${glyphs.gutter}`)} ${event.line}`]
        : []
    }
    case 'hook.started':
    case 'hook.finished':
      return narrate(event, deployState, glyphs).map(colors.dim)
    case 'hook.printed':
      return [`${colors.dim(`${event.hook} ${glyphs.gutter}`)} ${event.line}`]
    default:
      return []
  }
}

function warning(
  event: { text: string; hint?: string },
  { colors, glyphs }: Pick<TerminalStyle, 'colors' | 'glyphs'>,
): string {
  return `${colors.yellow(glyphs.warning)} ${warningText(event)}`
}
