import type { BuildChange, BuildState } from '../../build/build-state.ts'
import type { Clock } from '../../shared/clock.ts'
import { createLiveRegion } from '../terminal/live-region.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'
import { describeStep, renderBuildLines } from '../render/render-build.ts'
import { renderDuration } from '../render/render-duration.ts'
import type { OutputStream } from '../terminal/output-stream.ts'

/** Shows how a build goes on; `close` leaves what is shown, and must be called in every outcome. */
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
  /** For text that comes from a build: masks secrets, takes control characters out. */
  clean: (text: string) => string
}

const repaintMs = 84

/** Draws a line for each image in place on a terminal. */
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

/** Colours are ours, and stay; the rest of a line is what Docker wrote. */
function cleanLine(clean: (text: string) => string): (line: string) => string {
  return (line) =>
    line
      .split(/(\u001b\[[\d;]*m)/)
      .map((part, index) => (index % 2 === 1 ? part : clean(part)))
      .join('')
}

/** A line for each step that is done, and what it printed, for logs. */
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
