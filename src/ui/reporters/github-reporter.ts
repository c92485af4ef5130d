import { appendFileSync } from 'node:fs'
import type { DeployEvent, Failure } from '../../deploy/model/events.ts'
import { defuseCommands, writeCommand, type GithubCommand } from './github-command.ts'
import { renderJobSummary } from '../render/deploy/job-summary.ts'
import { createTerminalStyle } from '../terminal/terminal-style.ts'
import { narrate, stepLabel, stepNumber } from './narrate.ts'
import { renderFailure } from '../render/deploy/render-failure.ts'
import { renderProbeReport } from '../render/deploy/render-probe-report.ts'
import { renderSummary } from '../render/deploy/render-summary.ts'
import type { OutputStream } from '../terminal/output-stream.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { createStepGroups } from './step-groups.ts'
import { addToDeployState, createDeployState, type DeployState } from '../render/deploy/deploy-state.ts'

/**
 * Output for a step of GitHub Actions: a group for each step of the plan, annotations for warnings and the failure, and a
 * job summary. The runner reads commands from both streams, so text from elsewhere is defused on both.
 */
export function createGithubReporter({ stdout, stderr, env }: ReporterOptions): Reporter {
  const style = createTerminalStyle({ env, isTTY: false })
  const deployState = createDeployState()
  const say = (text: string): void => writeText(stderr, text)
  const command = (line: GithubCommand): void => writeCommand(stderr, line)
  const groups = createStepGroups({
    open: (title) => command({ name: 'group', text: title }),
    line: say,
    end: () => command({ name: 'endgroup' }),
  })

  const annotate = (event: DeployEvent): void => {
    const { app = 'dray', environment } = deployState
    const place = environment === undefined ? app : `${app} on ${environment}`
    if (event.type === 'note' && event.level === 'warning') {
      command({ name: 'warning', properties: { title: place }, text: joined(event.text, event.hint) })
    }
    if (event.type === 'plan.made') {
      for (const text of event.plan.warnings) command({ name: 'warning', properties: { title: place }, text })
    }
    if (event.type === 'failed') command(failureAnnotation(event.failure, deployState, place))
  }

  let isSummaryWritten = false
  const writeSummary = (): void => {
    const path = env['GITHUB_STEP_SUMMARY']
    if (isSummaryWritten || !path || deployState.startedAt === undefined) return
    isSummaryWritten = true
    try {
      appendFileSync(path, renderJobSummary(deployState))
    } catch (error) {
      // A missing summary must not fail the deploy.
      const text = `Cannot write the job summary: ${error instanceof Error ? error.message : String(error)}`
      command({ name: 'warning', text })
    }
  }

  return {
    report: (event) => {
      addToDeployState(deployState, event)
      if (event.type === 'failed' || event.type === 'deploy.finished') groups.close()
      annotate(event)
      if (event.type === 'step.started') groups.start(event.stepId, stepLabel(deployState, event.stepId))
      if (event.type === 'step.started' && event.cause !== '')
        groups.print(event.stepId, `Reason: ${event.cause}`)
      if (event.type === 'step.printed')
        groups.print(event.stepId, narrate(event, deployState, style.glyphs).join('\n'))
      if (event.type === 'step.finished')
        groups.finish(event.stepId, narrate(event, deployState, style.glyphs).join('\n'))
      if (isOutsideSteps(event)) say(narrate(event, deployState, style.glyphs).join('\n'))
      if (event.type === 'plan.made') {
        const warned = event.plan.warnings.length
        for (const line of narrate(event, deployState, style.glyphs).toSpliced(1, warned)) say(line)
      }
      if (event.type === 'note' && event.level === 'info') say(event.text)
      if (event.type === 'failed') say(renderFailure(event.failure, style))
      if (event.type === 'probe.finished') writeText(stdout, renderProbeReport(event.report, style))
      if (event.type === 'deploy.finished') writeText(stdout, renderSummary(event, style))
    },
    close: () => {
      groups.close()
      writeSummary()
    },
  }
}

/** Events outside the groups of steps. */
function isOutsideSteps({ type }: DeployEvent): boolean {
  return ['deploy.started', 'undo.started', 'hook.started', 'hook.printed', 'hook.finished'].includes(type)
}

function failureAnnotation(
  { code, message, hint, details }: Failure,
  deployState: DeployState,
  place: string,
): GithubCommand {
  const failedStep = [...deployState.steps.values()].find(({ state }) => state === 'failed')
  const step = failedStep ? `, step ${stepNumber(deployState, failedStep.id)}: ${failedStep.title}` : ''
  const { file, line, column: col } = details.location ?? {}
  const properties = { title: `${code}, ${place}${step}`, file, line, col }
  return { name: 'error', properties, text: joined(message, hint) }
}

function joined(text: string, hint: string | undefined): string {
  return hint ? `${text}\n${hint}` : text
}

/** Writes any text that is not a workflow command of dray. */
function writeText(stream: OutputStream, text: string): void {
  const lines = text.replace(/\n$/, '').split('\n')
  stream.write(lines.map((line) => `${defuseCommands(line)}\n`).join(''))
}
