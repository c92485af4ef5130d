import type { BuildChange, BuildState } from '../../build/build-state.ts'
import type { Clock } from '../../shared/clock.ts'
import { createLiveRegion } from '../terminal/live-region.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'
import { describeStep, renderBuildLines } from '../render/results/render-build.ts'
import { renderDuration } from '../render/text/render-duration.ts'
import type { OutputStream } from '../terminal/output-stream.ts'

/** Shows the progress of a build. `close` leaves it on the screen and must be called in every case. */
export type BuildProgress = {
  show(changes: readonly BuildChange[]): void
  close(): void
}

export type BuildProgressOptions = {
  stream: OutputStream
  style: TerminalStyle
  clock: Clock
  targets: readonly string[]
  deployState: Pick<BuildState, 'steps'>
  /** Masks secrets in the build's output and removes control characters. */
  clean: (text: string) => string
}

const repaintMs = 84

/** Draws a line for each image on a terminal and repaints it in place. */
export function createLiveBuildProgress(options: BuildProgressOptions): BuildProgress {
  const { stream, style, clock, targets, deployState, clean } = options
  const region = createLiveRegion(stream)
  const closing = new AbortController()
  const paint = (): void => {
    const frame = { style, columns: (stream.columns || 80) - 1, now: clock.now() }
    region.paint(renderBuildLines(targets, [...deployState.steps.values()], frame).map(cleanLine(clean)), [])
  }
  const keepPainting = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      paint()
      await clock.sleep(repaintMs, closing.signal).catch(() => undefined)
    }
  }
  void keepPainting()
  return {
    show: () => undefined,
    close: () => {
      if (closing.signal.aborted) return
      closing.abort()
      paint()
      region.release()
    },
  }
}

/** Cleans a line except for dray's own colour sequences. */
function cleanLine(clean: (text: string) => string): (line: string) => string {
  return (line) =>
    line
      .split(/(\u001b\[[\d;]*m)/)
      .map((part, index) => (index % 2 === 1 ? part : clean(part)))
      .join('')
}

/** Prints a line for each finished step, and its output; for logs. */
export function createPlainBuildProgress({ stream, style, clean }: BuildProgressOptions): BuildProgress {
  const { colors, glyphs } = style
  const say = (change: BuildChange): string | undefined => {
    const { step } = change
    const name = step.target === undefined ? '' : `${step.target} `
    if (change.kind === 'printed') return `${colors.dim(`${name}${glyphs.gutter}`)} ${clean(change.line)}`
    if (change.kind === 'started') return undefined
    if (step.place === undefined && !/^(?:pushing|exporting)\b/.test(step.title)) return undefined
    const took = (step.finishedAtMs ?? 0) - (step.startedAtMs ?? 0)
    const how = step.error === undefined ? (step.isCached ? 'cached' : renderDuration(took)) : 'failed'
    return `${name}${clean(describeStep(step))}  ${colors.dim(how)}`
  }
  return {
    show: (changes) => {
      for (const change of changes) {
        const line = say(change)
        if (line !== undefined) stream.write(`${line}\n`)
      }
    },
    close: () => undefined,
  }
}

/** For `--json`. */
export const silentBuildProgress: BuildProgress = { show: () => undefined, close: () => undefined }
