import picocolors from 'picocolors'

export type Environment = Readonly<Record<string, string | undefined>>

/** What the drawing functions may use: colours (or none), Unicode (or ASCII), and a width where there is one. */
export type TerminalStyle = {
  colors: Colors
  glyphs: Glyphs
  /** Columns that a line may take; undefined when lines need not be cut. */
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
  /** A bar's cell from one eighth to full, and empty. */
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
 * The look for one output stream. Colours follow NO_COLOR (no-color.org), FORCE_COLOR and TERM=dumb, else whether the
 * stream is a terminal; Unicode follows the locale (LC_ALL, LC_CTYPE, LANG, in POSIX's order).
 */
export function createTerminalStyle(options: {
  env: Environment
  isTTY: boolean
  columns?: number
}): TerminalStyle {
  return {
    colors: picocolors.createColors(wantsColors(options.env, options.isTTY)),
    glyphs: speaksUnicode(options.env) ? UNICODE : ASCII,
    columns: options.columns,
  }
}

function wantsColors(env: Environment, isTTY: boolean): boolean {
  if (env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return isTTY && env['TERM'] !== 'dumb'
}

function speaksUnicode(env: Environment): boolean {
  // The log pages of GitHub show UTF-8 whatever locale the runner has.
  if (env['GITHUB_ACTIONS'] === 'true') return true
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return /utf-?8/i.test(locale)
}
