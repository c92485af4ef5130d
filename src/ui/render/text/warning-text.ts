/** A warning in one line, with its hint if it has one. */
export function warningText({ text, hint }: { text: string; hint?: string }): string {
  return `Warning: ${text}${hint ? ` ${hint}` : ''}`
}
