/**
 * At most `most` characters of a text, and the number of missing ones; `length` is its full length if only the beginning is
 * given. The end may be half of a secret, which the redactor removes (`shortenCutLines`), since it knows the secrets.
 */
export function cutText(text: string, most: number, length = text.length): string {
  return length <= most ? text : renderCut(text.slice(0, most), length - most)
}

/** Shortens each line that `cutText` has cut; `shorten` receives it without the number of missing characters. */
export function shortenCutLines(text: string, shorten: (line: string) => string): string {
  if (!text.includes(MARK_END)) return text
  return text.replaceAll(/^(.*) \u2026 \[(\d+) more characters\]$/gm, (_, shown: string, missing: string) => {
    const kept = shorten(shown)
    return renderCut(kept, Number(missing) + shown.length - kept.length)
  })
}

const MARK_END = ' more characters]'

function renderCut(shown: string, missing: number): string {
  return `${shown} … [${missing}${MARK_END}`
}
