import { releaseLabel } from '../../../deploy/model/release.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { percent } from '../text/percent.ts'
import { renderBar } from '../text/render-bar.ts'
import { renderDuration } from '../text/render-duration.ts'
import { hasSeveralHosts, rateOf, type DeployState, type StepState } from './deploy-state.ts'
import { cutToWidth, padToWidth, widthOf } from '../../terminal/text-width.ts'

/** Style, size and time of one repaint. */
export type Frame = {
  style: TerminalStyle
  columns: number
  rows: number
  /** Milliseconds since the epoch. */
  now: number
}

/** A cause that would be cut to fewer columns is not shown. */
const SHORTEST_CAUSE = 10

const WIDEST_BAR = 30

/** The live region: a heading and the plan's steps with their progress, at most `rows` lines and `columns` wide. */
export function renderLive(deployState: DeployState, frame: Frame): string[] {
  const heading = renderHeading(deployState, frame)
  const activity = deployState.plan || deployState.finished ? [] : renderActivity(deployState, frame)
  const undoing = deployState.undoing === undefined ? [] : [renderUndoing(deployState.undoing, frame)]
  const probing = renderProbing(deployState, frame)
  const room = frame.rows - heading.length - activity.length - undoing.length - probing.length
  return [...heading, ...activity, ...renderSteps(deployState, frame, room), ...undoing, ...probing].slice(
    0,
    Math.max(0, frame.rows),
  )
}

function renderHeading(deployState: DeployState, { style, columns, now }: Frame): string[] {
  const { app, environment, tag, startedAt, finished, failure } = deployState
  // The summary prints the same sentence.
  if (app === undefined || (finished && !failure && finished.outcome === 'unchanged')) return []
  const took = renderDuration(finished?.durationMs ?? now - (startedAt ?? now))
  const subject = deployState.kind === 'rollback' ? rollbackWords(deployState) : (tag ?? '')
  const title = `${app} ${style.glyphs.arrow} ${environment ?? ''}${subject === '' ? '' : `  ${subject}`}`
  const room = columns - took.length - 1
  const left = padToWidth(cutToWidth(title, room, style.glyphs.ellipsis), room)
  return [`${style.colors.bold(left)} ${took}`]
}

function rollbackWords({ plan }: DeployState): string {
  const target = plan?.restores
  return target === undefined ? 'rollback' : `rollback to ${releaseLabel(target.release, target.tag)}`
}

function renderActivity({ activity, failure }: DeployState, { style, columns, now }: Frame): string[] {
  if (activity === undefined || failure) return []
  return [
    `${style.colors.cyan(spinner(style, now))} ${cutToWidth(activity, columns - 2, style.glyphs.ellipsis)}`,
  ]
}

function renderUndoing(reason: string, { style, columns }: Frame): string {
  return style.colors.yellow(
    cutToWidth(`${style.glyphs.warning} Undoing: ${reason}`, columns, style.glyphs.ellipsis),
  )
}

function renderProbing({ sampled, probe }: DeployState, { style, columns }: Frame): string[] {
  if (sampled === undefined || probe !== undefined) return []
  const { requests, failures } = sampled
  const text = ` ${style.glyphs.separator} probe: ${requests} requests, ${failures} failed`
  const paint = failures === 0 ? style.colors.dim : style.colors.red
  return [paint(cutToWidth(text, columns, style.glyphs.ellipsis))]
}

/** Steps in at most `room` lines: finished steps are folded first, then waiting ones. */
function renderSteps(deployState: DeployState, frame: Frame, room: number): string[] {
  const steps = [...deployState.steps.values()]
  const blocks = steps.map((step) => ({ step, lines: renderStep(step, deployState, frame) }))
  const height = (): number => blocks.reduce((sum, { lines }) => sum + lines.length, 0)
  const { style, columns } = frame
  const folded = (count: number, noun: string): string =>
    style.colors.dim(cutToWidth(`${style.glyphs.ellipsis} ${count} ${noun}`, columns, style.glyphs.ellipsis))

  let above = 0
  while (height() + Number(above > 0) > room && blocks[0] && isOver(blocks[0].step)) {
    blocks.shift()
    above += 1
  }
  let below = 0
  while (height() + Number(above > 0) + Number(below > 0) > room && blocks.length > 1) {
    blocks.pop()
    below += 1
  }
  return [
    ...(above > 0 ? [folded(above, 'done')] : []),
    ...blocks.flatMap(({ lines }) => lines),
    ...(below > 0 ? [folded(below, 'more')] : []),
  ].slice(0, Math.max(0, room))
}

function renderStep(step: StepState, deployState: DeployState, frame: Frame): string[] {
  const { style, columns, now } = frame
  const { colors, glyphs } = style
  const numberWidth = String(Math.max(...deployState.steps.keys())).length
  const number = padToWidth(String(step.id), numberWidth, 'right')
  const took = step.durationMs ?? (step.state === 'running' ? now - (step.startedAt ?? now) : undefined)
  const right = took === undefined ? '' : renderDuration(took)
  const host = hasSeveralHosts(deployState) ? ` ${glyphs.separator} ${step.host}` : ''
  const isDeployOver = deployState.finished !== undefined || deployState.failure !== undefined
  const note = isOver(step) ? (step.result ?? '') : isDeployOver ? '' : step.cause

  const start = 3 + numberWidth + 1
  const room = columns - start - (right === '' ? 0 : right.length + 1)
  const title = cutToWidth(step.title + host, room, glyphs.ellipsis)
  const noteRoom = room - widthOf(title) - 2
  const shownNote =
    note !== '' && noteRoom >= Math.min(SHORTEST_CAUSE, widthOf(note))
      ? cutToWidth(note, noteRoom, glyphs.ellipsis)
      : ''
  const gap = ' '.repeat(Math.max(0, room - widthOf(title) - (shownNote === '' ? 0 : widthOf(shownNote) + 2)))
  const paintTitle = step.state === 'waiting' || step.state === 'nothing-to-do' ? colors.dim : String
  const line =
    ` ${mark(step, frame)} ${colors.dim(number)} ${paintTitle(title)}` +
    (shownNote === '' ? '' : `  ${colors.dim(shownNote)}`) +
    (right === '' ? '' : `${gap} ${colors.dim(right)}`)
  return [line, ...renderProgress(step, frame, start)]
}

/** Below a running step: a bar with bytes and rate, or its text, and the last line of its output. */
function renderProgress(step: StepState, frame: Frame, start: number): string[] {
  if (step.state !== 'running') return []
  const { style, columns, now } = frame
  const indent = ' '.repeat(start)
  const room = columns - start
  const { doneBytes, totalBytes, text, lastLine } = step
  const lines: string[] = []
  if (doneBytes !== undefined && totalBytes) {
    const rate = rateOf(step, now)
    const amounts = `${renderBytes(doneBytes)} / ${renderBytes(totalBytes)}`
    const full = ` ${padToWidth(`${percent(doneBytes, totalBytes)}%`, 4, 'right')}  ${amounts}`
    const withRate = rate === undefined ? full : `${full}  ${renderBytes(rate)}/s`
    const words = room - widthOf(withRate) >= 8 ? withRate : full
    const width = Math.min(WIDEST_BAR, room - widthOf(words))
    const bar = width >= 4 ? style.colors.cyan(renderBar(doneBytes / totalBytes, width, style.glyphs)) : ''
    lines.push(
      `${indent}${bar}${cutToWidth(width >= 4 ? words : words.trimStart(), room, style.glyphs.ellipsis)}`,
    )
  } else if (text !== undefined) {
    lines.push(indent + style.colors.dim(cutToWidth(text, room, style.glyphs.ellipsis)))
  }
  if (lastLine !== undefined && lastLine.trim() !== '') {
    const line = `${style.glyphs.gutter} ${lastLine.replaceAll(/[\t\n]/g, ' ')}`
    lines.push(indent + style.colors.dim(cutToWidth(line, room, style.glyphs.ellipsis)))
  }
  return lines
}

function mark({ state }: StepState, { style, now }: Frame): string {
  const { colors, glyphs } = style
  switch (state) {
    case 'waiting':
      return colors.dim(glyphs.waiting)
    case 'running':
      return colors.cyan(spinner(style, now))
    case 'done':
      return colors.green(glyphs.done)
    case 'nothing-to-do':
      return colors.dim(glyphs.done)
    case 'failed':
      return colors.red(glyphs.failed)
    case 'cancelled':
      return colors.yellow(glyphs.cancelled)
  }
}

function spinner({ glyphs }: TerminalStyle, now: number): string {
  return glyphs.spinner[Math.floor(now / 80) % glyphs.spinner.length] ?? ''
}

function isOver({ state }: StepState): boolean {
  return state !== 'waiting' && state !== 'running'
}
