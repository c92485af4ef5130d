import type { DeployEvent } from '../../deploy/model/events.ts'
import type { Plan } from '../../deploy/model/plan.ts'
import { releaseLabel } from '../../deploy/model/release.ts'
import { renderBytes } from '../../shared/bytes.ts'
import type { Glyphs } from '../terminal/terminal-style.ts'
import { percent } from '../render/text/percent.ts'
import { renderCommand } from '../render/text/render-command.ts'
import { renderDuration } from '../render/text/render-duration.ts'
import { renderDownload } from '../render/deploy/render-plan.ts'
import { hasSeveralHosts, rateOf, type DeployState, type StepState } from '../render/deploy/deploy-state.ts'
import { warningText } from '../render/text/warning-text.ts'

/**
 * The lines of a log for an event, without time and colour; an empty list for events that are shown in another way
 * (progress, results). `deployState` already includes the event.
 */
export function narrate(event: DeployEvent, deployState: DeployState, glyphs: Glyphs): string[] {
  switch (event.type) {
    case 'deploy.started':
      return [deployLine(event)]
    case 'note':
      return [event.level === 'warning' ? warningText(event) : event.text]
    case 'plan.made':
      return [
        planLine(event.plan),
        ...event.plan.warnings.map((text) => warningText({ text })),
        ...(event.plan.unchanged ? [] : (event.plan.notUndone ?? []).map((text) => `Not undone: ${text}`)),
      ]
    case 'step.started':
      if (deployState.steps.get(event.stepId)?.isBrief) return []
      return [`${stepLabel(deployState, event.stepId)}${event.cause === '' ? '' : ` (${event.cause})`}`]
    case 'step.printed':
      return [`${deployState.steps.get(event.stepId)?.speaker ?? 'output'} ${glyphs.gutter} ${event.line}`]
    case 'step.finished': {
      const result = event.result ? `: ${event.result}` : ''
      const isBrief = deployState.steps.get(event.stepId)?.isBrief
      const label = isBrief ? stepLabel(deployState, event.stepId) : stepNumber(deployState, event.stepId)
      return [`${label} ${outcomeWords(event)}${result}`]
    }
    case 'undo.started':
      return [`Undoing: ${event.reason}`]
    case 'hook.started':
      return [`Hook ${event.hook}: ${renderCommand(event.argv)}`]
    case 'hook.printed':
      return [`${event.hook} ${glyphs.gutter} ${event.line}`]
    case 'hook.finished':
      return [`Hook ${event.hook}: ${outcomeWords(event)}`]
    case 'step.progressed':
    case 'probe.sampled':
    case 'probe.finished':
    case 'deploy.finished':
    case 'failed':
      return []
  }
}

/** Progress of a step: `45%, 12.1 MB of 27.0 MB, 2.4 MB/s`, or the step's own text; undefined before the first. */
export function progressText(step: StepState, now: number): string | undefined {
  const { doneBytes, totalBytes, text } = step
  if (doneBytes === undefined) return text
  const rate = rateOf(step, now)
  return [
    ...(totalBytes ? [`${percent(doneBytes, totalBytes)}%`] : []),
    totalBytes ? `${renderBytes(doneBytes)} of ${renderBytes(totalBytes)}` : renderBytes(doneBytes),
    ...(rate === undefined ? [] : [`${renderBytes(rate)}/s`]),
    ...(text === undefined ? [] : [text]),
  ].join(', ')
}

/** `3/9 Pull acme/shop-backend:3f2a1c9`, with the host if there are several. */
export function stepLabel(deployState: DeployState, stepId: number): string {
  const step = deployState.steps.get(stepId)
  const host = step && hasSeveralHosts(deployState) ? ` on ${step.host}` : ''
  return `${stepNumber(deployState, stepId)} ${step?.title ?? 'Step'}${host}`
}

export function stepNumber(deployState: DeployState, stepId: number): string {
  const total = deployState.planned
  return stepId <= total ? `${stepId}/${total}` : String(stepId)
}

function outcomeWords(event: Extract<DeployEvent, { type: 'step.finished' | 'hook.finished' }>): string {
  const took = renderDuration(event.durationMs)
  switch (event.outcome) {
    case 'done':
      return `done in ${took}`
    case 'nothing-to-do':
      return 'nothing to do'
    case 'failed':
      return `FAILED after ${took}`
    case 'cancelled':
      return `cancelled after ${took}`
  }
}

function deployLine(event: Extract<DeployEvent, { type: 'deploy.started' }>): string {
  if (event.kind === 'rollback')
    return `Rolling back ${event.app} on ${event.environment} (${event.hosts.join(', ')})`
  const tag = event.tag === undefined ? '' : ` ${event.tag}`
  return `Deploying ${event.app}${tag} to ${event.environment} (${event.hosts.join(', ')})`
}

function planLine({ unchanged, steps, release, restores }: Plan): string {
  if (unchanged) return `Plan: nothing to do, release ${release} is already running`
  const size = renderDownload(steps)
  const download = size === '' ? '' : `, ${size} to download`
  const target = restores === undefined ? '' : `, rollback to ${releaseLabel(restores.release, restores.tag)}`
  return `Plan for release ${release}${target}: ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}${download}`
}
