import { createTerminalStyle } from '../src/ui/terminal/terminal-style.ts'
import { renderBar } from '../src/ui/render/text/render-bar.ts'

const { glyphs } = createTerminalStyle({ env: { LANG: 'C.UTF-8' }, isTTY: false })

/** A bar of so many columns for a block of Markdown, filled to a `fraction` of them. */
export function bar(fraction: number, columns: number): string {
  return renderBar(fraction, columns, glyphs)
}
