import { createTerminalStyle } from '../terminal/terminal-style.ts'
import { narrate, progressText, stepNumber } from './narrate.ts'
import { renderDuration } from '../render/text/render-duration.ts'
import { renderFailure } from '../render/deploy/render-failure.ts'
import { renderProbeReport } from '../render/deploy/render-probe-report.ts'
import { renderSummary } from '../render/deploy/render-summary.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { addToDeployState, createDeployState } from '../render/deploy/deploy-state.ts'
import { padToWidth } from '../terminal/text-width.ts'

/** Minimum time between two progress lines of a step, so that a long pull does not flood the log. */
const PROGRESS_INTERVAL_MS = 5000

/** Prints lines with the time since the start, for logs: no cursor movement, and no colour without FORCE_COLOR. */
export function createPlainReporter({ stdout, stderr, env }: ReporterOptions): Reporter {
  const style = createTerminalStyle({ env, isTTY: false })
  const deployState = createDeployState()
  const printedAt = new Map<number, number>()

  const say = (at: number, text: string): void => {
    const since = padToWidth(renderDuration(at - (deployState.startedAt ?? at)), 9, 'right')
    const [first = '', ...more] = text.split('\n')
    const continued = more.map((line) => `${' '.repeat(11)}${line}\n`).join('')
    stderr.write(`${style.colors.dim(since)}  ${first}\n${continued}`)
  }

  return {
    report: (event) => {
      addToDeployState(deployState, event)
      for (const text of narrate(event, deployState, style.glyphs)) say(event.at, text)
      if (event.type === 'step.started') printedAt.set(event.stepId, event.at)
      if (event.type === 'step.progressed') {
        const step = deployState.steps.get(event.stepId)
        const progress = step && progressText(step, event.at)
        if (!progress || step.isBrief || event.at - (printedAt.get(event.stepId) ?? 0) < PROGRESS_INTERVAL_MS)
          return
        printedAt.set(event.stepId, event.at)
        say(event.at, `${stepNumber(deployState, event.stepId)} ${progress}`)
      }
      if (event.type === 'failed') stderr.write(`\n${renderFailure(event.failure, style)}`)
      if (event.type === 'probe.finished') stdout.write(renderProbeReport(event.report, style))
      if (event.type === 'deploy.finished') stdout.write(renderSummary(event, style))
    },
    close: () => {},
  }
}
