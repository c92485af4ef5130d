/**
 * Anchor of a heading as GitHub makes it: lower case, without punctuation, with `-` for each space. The site uses the same, so
 * that a link to a heading works in both. A second heading of the same text gets `-1`, which both do.
 */
export function headingSlug(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}
