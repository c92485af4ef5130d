import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { padToWidth, widthOf } from '../../terminal/text-width.ts'

/** A line of a container's log, made safe to print. */
export type LogLineText = { name: string; at: string; stream: 'stdout' | 'stderr'; text: string }

export type LogStyle = {
  terminal: TerminalStyle
  /** Each line begins with its container's name. */
  prefix: boolean
  timestamps: boolean
  /** Matches are highlighted. */
  highlight: RegExp | undefined
}

export type LogRenderer = {
  /** Reserves the width of a name, so that lines printed before its first line are aligned too. */
  know: (name: string) => void
  render: (line: LogLineText) => string
}

/** `backend-1 │ listening on port 8000`: each name in its own colour, a red bar for standard error. */
export function createLogRenderer(style: LogStyle): LogRenderer {
  const { colors, glyphs } = style.terminal
  const palette = [colors.cyan, colors.yellow, colors.green, colors.magenta, colors.blue]
  const paints = new Map<string, (text: string) => string>()
  const everywhere = style.highlight && new RegExp(style.highlight, `${style.highlight.flags}g`)
  let width = 0

  const know = (name: string): void => {
    if (!paints.has(name)) paints.set(name, palette[paints.size % palette.length] ?? String)
    width = Math.max(width, widthOf(name))
  }
  const render = ({ name, at, stream, text }: LogLineText): string => {
    know(name)
    const bar = stream === 'stderr' ? colors.red(glyphs.gutter) : colors.dim(glyphs.gutter)
    const prefix = style.prefix ? `${(paints.get(name) ?? String)(padToWidth(name, width))} ${bar} ` : ''
    const time = style.timestamps ? `${colors.dim(at.replace(/\d{6}Z$/, 'Z'))} ` : ''
    const shown = everywhere === undefined ? text : text.replace(everywhere, (found) => colors.inverse(found))
    return `${prefix}${time}${shown}\n`
  }
  return { know, render }
}
