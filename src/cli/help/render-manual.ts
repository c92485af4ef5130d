import type { TerminalStyle } from '../../ui/terminal/terminal-style.ts'
import { padToWidth, widthOf, wrapToWidth } from '../../ui/terminal/text-width.ts'
import type { CommandSpec, ManualEntry } from '../command/command.ts'
import { manualOf } from './manual.ts'

/** Maximum width of a line, even on a wider terminal. */
const WIDEST = 100
/** Maximum share of a line for a term; the description of a longer term begins on the next line. */
const SHARE_OF_TERM = 0.42

/** The help page of a command; no line is wider than the terminal. */
export function renderManual(command: CommandSpec, { colors, columns }: TerminalStyle): string {
  const width = Math.max(40, Math.min(columns ?? WIDEST, WIDEST))
  const manual = manualOf(command)
  const section = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', colors.bold(`${heading}:`), ...lines]
  const list = (
    heading: string,
    entries: readonly ManualEntry[],
    paint?: (text: string) => string,
  ): string[] => section(heading, renderEntries(entries, { width, paint: paint ?? String }))
  const prose = [command.summary, ...command.description.split('\n\n')].filter((text) => text !== '')
  const lines = [
    ...hang(`Usage: ${manual.usage}`, 'Usage: '.length, width),
    ...prose.flatMap((text) => ['', ...wrapToWidth(text, width)]),
    ...list('Arguments', manual.arguments),
    ...manual.options.flatMap(({ heading, entries }) => list(heading, entries)),
    ...list('Options of all commands', [
      ...manual.globalOptions,
      { term: '-h, --help', description: 'Print this help.' },
    ]),
    ...list('Examples', manual.examples, colors.cyan),
    ...list('Exit codes', manual.exitCodes),
    ...list('Files', manual.files),
    ...list('Environment variables', manual.variables),
    ...section('See also', hang(`  ${manual.seeAlso.map(namePage).join(', ')}`, 2, width)),
  ]
  return `${lines.join('\n')}\n`
}

/** Not everyone with dray has its repository. */
function namePage(name: string): string {
  return name.startsWith('docs/') ? `${name} in dray's repository` : name
}

function renderEntries(
  entries: readonly ManualEntry[],
  { width, paint }: { width: number; paint: (text: string) => string },
): string[] {
  const widths = entries.map(({ term }) => widthOf(term)).filter((it) => it <= width * SHARE_OF_TERM)
  const termWidth = Math.max(0, ...widths)
  // On a narrow terminal, or if all terms are long, descriptions are below their terms.
  const start = width < 70 || widths.length === 0 ? 6 : termWidth + 4
  return entries.flatMap(({ term, description }) => {
    const text = wrapToWidth(description, width - start)
    const isBeside = start > 6 && widthOf(term) <= termWidth
    const beside = `  ${paint(padToWidth(term, termWidth))}  ${text[0] ?? ''}`
    const first = isBeside
      ? [beside]
      : [...hang(`  ${term}`, 6, width).map(paint), ...text.slice(0, 1).map(indent(start))]
    return [...first, ...text.slice(1).map(indent(start))].map((line) => line.trimEnd())
  })
}

function indent(columns: number): (line: string) => string {
  return (line) => ' '.repeat(columns) + line
}

/** Wraps a text and indents all lines but the first; the first keeps its indentation. */
function hang(text: string, columns: number, width: number): string[] {
  const [start = ''] = /^ */.exec(text) ?? []
  const [first = '', ...more] = wrapToWidth(text.trimStart(), width - Math.max(columns, start.length))
  return [start + first, ...more.map(indent(columns))]
}
