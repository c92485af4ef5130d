import type { TerminalStyle } from './terminal-style.ts'

/** Paints a mark of `glyphs` in the colour of its meaning. */
export function paintMark({ colors, glyphs }: TerminalStyle): (text: string) => string {
  return (text) => {
    if (text.includes(glyphs.failed)) return colors.red(text)
    if (text.includes(glyphs.done)) return colors.green(text)
    return text.includes(glyphs.warning) ? colors.yellow(text) : colors.dim(text)
  }
}
