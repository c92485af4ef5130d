/** A warning in one line, with what to do about it where that is known. */
export function warningText({ text, hint }: { text: string; hint?: string }): string {
  return `Warning: ${text}${hint ? ` ${hint}` : ''}`
}
