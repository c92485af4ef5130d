/**
 * At most `most` characters of a text, and the number of missing ones; `length` is its full length if only the beginning is
 * given. The result ends before the word that was cut, so that no half of a token is shown, which would not be masked. Longer
 * than a thousand characters, it is not treated as a word.
 */
export function cutText(text: string, most: number, length = text.length): string {
  if (length <= most) return text
  const kept = text.slice(0, most)
  const begun = /[^\s"',;]*$/.exec(kept.slice(-LONGEST_WORD))?.[0].length ?? 0
  const shown = begun < LONGEST_WORD ? kept.slice(0, kept.length - begun) : kept
  return `${shown} … [${length - shown.length} more characters]`
}

const LONGEST_WORD = 1000
