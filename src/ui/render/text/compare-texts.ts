import { structuredPatch, type StructuredPatchHunk } from 'diff'

/** Lines shown around each change. */
const CONTEXT = 3

/** Comparing takes about a second then, and less for what fits into less. */
const MAX_COMPARISONS = 8_000_000
const MIN_CHANGED_LINES = 4000

/** What is said of a comparison that was given up. */
export const GIVEN_UP = 'too many changed lines to compare, shown as replaced'

/** `isGivenUp`: too many lines differ, so that one hunk removes all of the old lines and adds all of the new ones. */
export type TextComparison = { hunks: readonly StructuredPatchHunk[]; isGivenUp: boolean }

/** The changed lines of a text with three lines around each change. Texts that differ only in their last line end have no hunks. */
export function compareTexts(before: string, after: string): TextComparison {
  const [old, now] = [withLineEnd(before), withLineEnd(after)]
  const shorter = Math.min(countLines(old), countLines(now))
  const patch = structuredPatch('', '', old, now, undefined, undefined, {
    context: CONTEXT,
    // Its steps are the changed lines times those, or the lines of the shorter text.
    maxEditLength: Math.max(MIN_CHANGED_LINES, Math.floor(MAX_COMPARISONS / (shorter + 1))),
  })
  return patch === undefined
    ? { hunks: [replaceAll(old, now)], isGivenUp: true }
    : { hunks: patch.hunks, isGivenUp: false }
}

/** How many lines a text has; a last line without its end counts. */
export function countLines(text: string): number {
  return withLineEnd(text).split('\n').length - 1
}

function withLineEnd(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function replaceAll(old: string, now: string): StructuredPatchHunk {
  const signed = (sign: '-' | '+', text: string): string[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => sign + line)
  const [removed, added] = [signed('-', old), signed('+', now)]
  return {
    oldStart: 1,
    oldLines: removed.length,
    newStart: 1,
    newLines: added.length,
    lines: [...removed, ...added],
  }
}
