import picocolors from 'picocolors'

export type Environment = Readonly<Record<string, string | undefined>>

/** Capabilities of an output stream: colours, Unicode or ASCII glyphs, and its width, if it has one. */
export type TerminalStyle = {
  colors: Colors
  glyphs: Glyphs
  /** Maximum width of a line in columns; undefined if lines need not be cut. */
  columns: number | undefined
}

export type Colors = ReturnType<typeof picocolors.createColors>

export type Glyphs = {
  done: string
  failed: string
  waiting: string
  cancelled: string
  warning: string
  arrow: string
  gutter: string
  dash: string
  ellipsis: string
  separator: string
  spinner: readonly string[]
  /** A cell of a bar, from one eighth to full. */
  bar: readonly string[]
  barEmpty: string
}

const UNICODE: Glyphs = {
  done: '✓',
  failed: '✗',
  waiting: '·',
  cancelled: '■',
  warning: '▲',
  arrow: '→',
  gutter: '│',
  dash: '─',
  ellipsis: '…',
  separator: '·',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
  bar: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  barEmpty: '░',
}

const ASCII: Glyphs = {
  done: '+',
  failed: 'x',
  waiting: '.',
  cancelled: '#',
  warning: '!',
  arrow: '->',
  gutter: '|',
  dash: '-',
  ellipsis: '~',
  separator: '-',
  spinner: ['|', '/', '-', '\\'],
  bar: ['#'],
  barEmpty: '.',
}

/**
 * Creates the style for one output stream. NO_COLOR (no-color.org), FORCE_COLOR and TERM=dumb decide about colours; without
 * them, only a terminal gets colours. The locale (LC_ALL, LC_CTYPE, LANG, in POSIX's order) decides about Unicode.
 */
export function createTerminalStyle(options: {
  env: Environment
  isTTY: boolean
  columns?: number
}): TerminalStyle {
  return {
    colors: picocolors.createColors(hasColors(options.env, options.isTTY)),
    glyphs: hasUnicode(options.env) ? UNICODE : ASCII,
    columns: options.columns,
  }
}

function hasColors(env: Environment, isTTY: boolean): boolean {
  if (env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY && env['TERM'] !== 'dumb'
}

function hasUnicode(env: Environment): boolean {
  // GitHub's log pages show UTF-8, regardless of the runner's locale.
  if (env['GITHUB_ACTIONS'] === 'true') return true
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return /utf-?8/i.test(locale)
}
