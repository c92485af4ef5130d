import type { Frame, Run } from './replay.ts'

/** A line of the terminal as it was for a while. Times are milliseconds from the start of the picture. */
export type Span = { line: number; runs: Run[]; fromMs: number; toMs: number }

/** When the screen showed lines from which one on. */
export type Scroll = { atMs: number; firstLine: number }

/** A recording as lines, each with the time that it was shown, and the scrolling of the screen. */
export type Film = { spans: Span[]; scrolls: Scroll[]; durationMs: number; lastLine: number }

/**
 * Turns frames into a film that begins with the line of `from` as its line 0, when that line first appears.
 * @param from the beginning of the line, with single spaces
 * @param holdMs how long the last frame stays
 * @throws Error if no line begins with `from`
 */
export function findSpans(frames: readonly Frame[], from: string, holdMs: number): Film {
  const { origin, startMs } = findStart(frames, from)
  const shown = frames.filter(({ atMs }) => atMs >= startMs)
  const durationMs = (shown.at(-1)?.atMs ?? startMs) - startMs + holdMs
  const open = new Map<number, Span>()
  const spans: Span[] = []
  const scrolls: Scroll[] = []
  for (const { atMs, firstLine, lines } of shown) {
    const nowMs = atMs - startMs
    const top = Math.max(0, firstLine - origin)
    if (scrolls.at(-1)?.firstLine !== top) scrolls.push({ atMs: nowMs, firstLine: top })
    for (const [row, runs] of lines.entries()) {
      const line = firstLine + row - origin
      if (line < 0) continue
      const before = open.get(line)
      if (JSON.stringify(before?.runs ?? []) === JSON.stringify(runs)) continue
      if (before !== undefined) before.toMs = nowMs
      open.delete(line)
      if (runs.length === 0) continue
      const span = { line, runs, fromMs: nowMs, toMs: durationMs }
      open.set(line, span)
      spans.push(span)
    }
  }
  return { spans, scrolls, durationMs, lastLine: Math.max(...[...open.keys()]) }
}

function findStart(frames: readonly Frame[], from: string): { origin: number; startMs: number } {
  for (const { atMs, firstLine, lines } of frames) {
    const row = lines.findIndex((runs) => wordsOf(runs).startsWith(from))
    if (row >= 0) return { origin: firstLine + row, startMs: atMs }
  }
  throw new Error(`No line of the recording begins with "${from}".`)
}

/** Text of a line, with one space wherever the terminal has more. */
export function wordsOf(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join(' ')
}
