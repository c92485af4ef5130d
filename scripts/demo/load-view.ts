import { renderCount } from '../../src/shared/bytes.ts'
import { renderDuration } from '../../src/ui/render/text/render-duration.ts'
import type { TerminalStyle } from '../../src/ui/terminal/terminal-style.ts'
import type { LoadProgress } from '../../test/support/load/load-report.ts'

/** Requests and responses during one period. */
type Stretch = { sent: number; failed: number; answers: Readonly<Record<string, number>> }

const columnMs = 500
const noProgress: LoadProgress = { sent: 0, succeeded: 0, failed: 0, versions: [], answers: {} }

export type LoadViewOptions = {
  ratePerSecond: number
  style: TerminalStyle
  /** Width of the terminal. */
  columns: number
}

/** Turns the totals of a running load into a chart over time and into one line per second. */
export class LoadView {
  readonly #options: LoadViewOptions
  readonly #columns: Stretch[] = []
  #latest = noProgress
  #columnStart = noProgress
  #secondStart = noProgress
  #secondsPrinted = 0
  #startedAtMs: number | undefined

  constructor(options: LoadViewOptions) {
    this.#options = options
  }

  /** Adds the totals at a time. Returns a line for every full second since the last call. */
  take(progress: LoadProgress, atMs: number): string[] {
    this.#startedAtMs ??= atMs
    const elapsedMs = atMs - this.#startedAtMs
    this.#latest = progress
    while (elapsedMs >= (this.#columns.length + 1) * columnMs) {
      this.#columns.push(difference(this.#columnStart, progress))
      this.#columnStart = progress
    }
    const lines: string[] = []
    while (elapsedMs >= (this.#secondsPrinted + 1) * 1000) {
      this.#secondsPrinted += 1
      lines.push(this.#secondLine(difference(this.#secondStart, progress)))
      this.#secondStart = progress
    }
    return lines
  }

  /** The chart: one row for each version that has answered and one for failures. A column is half a second. */
  chart(): string[] {
    const { style, ratePerSecond, columns } = this.#options
    const width = Math.max(8, columns - 36)
    const shown = this.#columns.slice(-width)
    const row = (name: string, total: number, cells: string, paint: (text: string) => string): string =>
      `  ${name.padEnd(8)} ${paint(cells)}${' '.repeat(shown.length < width ? 1 : 0)} ${paint(renderCount(total))}`
    const full = (ratePerSecond * columnMs) / 1000
    const answered = this.#latest.versions.map((version, index) => {
      const cells = shown.map(({ answers }) => level((answers[version] ?? 0) / full, style)).join('')
      return row(
        version,
        this.#latest.answers[version] ?? 0,
        cells,
        index === 0 ? style.colors.cyan : style.colors.green,
      )
    })
    const { failed, sent } = this.#latest
    const failures = shown.map((stretch) => (stretch.failed > 0 ? style.glyphs.failed : style.glyphs.waiting))
    const elapsed = renderDuration(this.#columns.length * columnMs)
    return [
      '',
      `  ${renderCount(sent)} requests in ${elapsed}, answered by:`,
      ...answered,
      row('failed', failed, failures.join(''), failed > 0 ? style.colors.red : style.colors.dim),
    ]
  }

  #secondLine({ sent, failed, answers }: Stretch): string {
    const answered = Object.entries(answers)
      .filter(([, count]) => count > 0)
      .map(([version, count]) => `${version} answered ${count}`)
    return `  load ${String(this.#secondsPrinted).padStart(3)} s: ${sent} requests, ${failed} failed; ${answered.join(', ') || 'no answer'}`
  }
}

function difference(before: LoadProgress, after: LoadProgress): Stretch {
  return {
    sent: after.sent - before.sent,
    failed: after.failed - before.failed,
    answers: Object.fromEntries(
      Object.entries(after.answers).map(([version, count]) => [
        version,
        count - (before.answers[version] ?? 0),
      ]),
    ),
  }
}

/** Height of a bar for a share of the full rate. A single answer is visible. */
function level(share: number, { glyphs }: TerminalStyle): string {
  const levels = glyphs.arrow === '->' ? ['.', ':', '|'] : ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
  if (share <= 0) return ' '
  // An answer shortly before or after the border between two columns must not look like a dip.
  const rounded = share > 0.9 ? 1 : share
  return levels[Math.min(levels.length, Math.max(1, Math.round(rounded * levels.length))) - 1] ?? ''
}
