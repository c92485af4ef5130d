/**
 * At most `most` characters of a text, and how many more there are; `length` says how long it was where only its beginning is
 * given. What is left ends before the word that was cut, so that no half of a token is shown, which nobody knows for one; a
 * word of a thousand characters is none.
 */
export function cutText(text: string, most: number, length = text.length): string {
  if (length <= most) return text
  const kept = text.slice(0, most)
  const begun = /[^\s"',;]*$/.exec(kept.slice(-LONGEST_WORD))?.[0].length ?? 0
  const shown = begun < LONGEST_WORD ? kept.slice(0, kept.length - begun) : kept
  return `${shown} … [${length - shown.length} more characters]`
}

const LONGEST_WORD = 1000
