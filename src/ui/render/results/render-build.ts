import type { BuildStep } from '../../../build/build-state.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderBar } from '../text/render-bar.ts'
import { renderDuration } from '../text/render-duration.ts'
import { cutToWidth, padToWidth, widthOf } from '../../terminal/text-width.ts'

const barWidth = 12

type Frame = { style: TerminalStyle; columns: number; now: number }

/** A line for each image that is being built: progress and current step, at most `columns` wide. */
export function renderBuildLines(
  targets: readonly string[],
  steps: readonly BuildStep[],
  frame: Frame,
): string[] {
  const nameWidth = Math.max(...targets.map(widthOf))
  return targets.map((target) =>
    renderImage(
      padToWidth(target, nameWidth),
      steps.filter((step) => step.target === target),
      frame,
    ),
  )
}

function renderImage(name: string, steps: readonly BuildStep[], { style, columns, now }: Frame): string {
  const { colors, glyphs } = style
  const finished = steps.filter(({ finishedAtMs }) => finishedAtMs !== undefined)
  const current = steps.findLast((step) => step.startedAtMs !== undefined && step.finishedAtMs === undefined)
  const failed = steps.find(({ error }) => error !== undefined)
  const started = Math.min(...steps.map(({ startedAtMs }) => startedAtMs ?? now), now)
  const isDone = steps.length > 0 && current === undefined && finished.length === steps.length
  const ended = isDone ? Math.max(...finished.map(({ finishedAtMs }) => finishedAtMs ?? 0)) : now
  const spinner = glyphs.spinner[Math.floor(now / 84) % glyphs.spinner.length] ?? ''
  const mark = failed ? colors.red(glyphs.failed) : isDone ? colors.green(glyphs.done) : colors.cyan(spinner)
  const bar = renderBar(steps.length === 0 ? 0 : finished.length / steps.length, barWidth, glyphs)
  const took = renderDuration(ended - started)
  const width = Math.max(0, columns - widthOf(name) - barWidth - widthOf(took) - 8)
  const doing = describeStep(failed ?? current ?? { title: '', place: undefined })
  const text = padToWidth(cutToWidth(doing, width, glyphs.ellipsis), width)
  return `${mark} ${name}  ${colors.cyan(bar)}  ${colors.dim(text)}  ${took}`
}

/** `3/6 RUN npm ci`; only the first line of a command. */
export function describeStep({ title, place }: Pick<BuildStep, 'title' | 'place'>): string {
  const [line = ''] = title.split('\n')
  return place === undefined ? line : `${place.number}/${place.of} ${line}`
}
