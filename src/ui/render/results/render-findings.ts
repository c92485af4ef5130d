import { stripControl } from '../../../shared/strip-control.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { countFindings, type ShownFinding } from './shown-finding.ts'
import { cutToWidth, widthOf, wrapLines, wrapToWidth } from '../../terminal/text-width.ts'

/** Facts for the summary below the findings. */
export type CheckSummary = {
  files: number
  rules: number
  durationMs: number
  /** Findings that `--fix` has fixed. */
  fixed: number
}

/** Warnings and notes of one code beyond these are folded. */
const mostOfCode = 3

/**
 * Findings by file, each with its line and a mark below the place. The first finding of each code has its reason and its hint.
 * Errors are all shown; of a warning or a note that repeats, the first three are, and then the places of the others.
 */
export function renderFindings(all: readonly ShownFinding[], style: TerminalStyle): string {
  const explained = new Set<string>()
  const { shown: findings, folded } = foldRepeated(all)
  const files = [...new Set(findings.map(({ file }) => file))]
  return [
    ...files.flatMap((file) => [
      style.colors.underline(stripControl(file)),
      ...findings
        .filter((it) => it.file === file)
        .flatMap((finding) => renderFinding(finding, style, explained)),
    ]),
    ...folded.flatMap((group) => renderFolded(group, style)),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

/** The findings that are shown in full, and the others by their code. */
function foldRepeated(findings: readonly ShownFinding[]): {
  shown: ShownFinding[]
  folded: ShownFinding[][]
} {
  const shown: ShownFinding[] = []
  const counts = new Map<string, number>()
  const folded = new Map<string, ShownFinding[]>()
  for (const finding of findings) {
    const { code, severity } = finding
    const count = (counts.get(code) ?? 0) + 1
    if (severity !== 'error') counts.set(code, count)
    if (severity === 'error' || count <= mostOfCode) shown.push(finding)
    else folded.set(code, [...(folded.get(code) ?? []), finding])
  }
  return { shown, folded: [...folded.values()] }
}

/** `12 more of ACTION_UNPINNED:` and the lines of each file. */
function renderFolded(findings: readonly ShownFinding[], { colors, columns }: TerminalStyle): string[] {
  const files = [...new Set(findings.map(({ file }) => file))]
  const places = files.map((file) => {
    const lines = findings.filter((it) => it.file === file).map(({ line }) => line)
    return `${stripControl(file)}:${[...new Set(lines)].join(',')}`
  })
  const width = Math.max(40, (columns ?? 120) - 4)
  return [
    `${findings.length} more of ${findings[0]?.code ?? ''}:`,
    ...wrapToWidth(places.join(' '), width).map((line) => `    ${colors.dim(line)}`),
    '',
  ]
}

/** The last line: the number of findings, and the next command. */
export function renderCheckSummary(
  findings: readonly ShownFinding[],
  summary: CheckSummary,
  { colors, glyphs, columns }: TerminalStyle,
): string {
  const { errors, warnings, notes, fixable } = countFindings(findings)
  const checked = `${count(summary.rules, 'rule')} on ${count(summary.files, 'file')}, ${Math.round(summary.durationMs)} ms`
  const fixed = summary.fixed === 0 ? '' : `Fixed ${count(summary.fixed, 'finding')}. `
  if (findings.length === 0) return `${fixed}${colors.green(glyphs.done)} No findings: ${checked}.\n`
  const parts = [
    errors === 0 ? '' : colors.red(count(errors, 'error')),
    warnings === 0 ? '' : colors.yellow(count(warnings, 'warning')),
    notes === 0 ? '' : colors.cyan(count(notes, 'note')),
  ].filter((part) => part !== '')
  const glyph = errors > 0 ? colors.red(glyphs.failed) : colors.yellow(glyphs.warning)
  const next =
    fixable === 0
      ? ''
      : ` \`dray check --fix\` fixes ${fixable === findings.length ? 'all' : fixable} of them.`
  return `${wrapLines(`${fixed}${glyph} ${parts.join(', ')} (${checked}).${next}`, columns)}\n`
}

function renderFinding(finding: ShownFinding, style: TerminalStyle, explained: Set<string>): string[] {
  const { colors, glyphs, columns } = style
  const { code, line, column, severity, isFixable } = finding
  const paint = { error: colors.red, warning: colors.yellow, note: colors.cyan }[severity]
  const place = colors.dim(`${line}:${column}`)
  const indent = '    '
  const head = `  ${place} ${paint(severity)} ${stripControl(finding.message)} ${colors.dim(isFixable ? `[${code}, --fix]` : `[${code}]`)}`
  const isNew = !explained.has(code)
  explained.add(code)
  const width = Math.max(40, (columns ?? 120) - indent.length - 5)
  const explain = (label: string, text: string): string[] =>
    wrapToWidth(text, width).map(
      (part, index) => `${indent}${colors.dim((index === 0 ? label : '').padEnd(4))} ${part}`,
    )
  return [
    wrapLines(head, columns),
    ...renderSource(finding, style).map((text) => `${indent}${colors.dim(glyphs.gutter)} ${text}`),
    ...(isNew ? [...explain('why', finding.why), ...explain('hint', finding.hint)] : []),
    '',
  ]
}

/** The line of the finding, cut to the terminal, with a mark below the place. */
function renderSource(
  { sourceLine, column, endColumn, severity }: ShownFinding,
  { colors, columns }: TerminalStyle,
): string[] {
  if (sourceLine.trim() === '') return []
  const clean = (text: string): string => stripControl(text.replaceAll('\t', '  '))
  const before = clean(sourceLine.slice(0, column - 1))
  const marked = clean(sourceLine.slice(column - 1, endColumn - 1))
  const after = clean(sourceLine.slice(endColumn - 1))
  const shared = before.length - before.trimStart().length
  const width = (columns ?? 120) - 8
  const start = widthOf(before.slice(shared))
  const paint = { error: colors.red, warning: colors.yellow, note: colors.cyan }[severity]
  const line = cutToWidth(before.slice(shared) + marked + after, width)
  if (start >= width) return [line]
  return [line, ' '.repeat(start) + paint('^'.repeat(Math.max(1, Math.min(widthOf(marked), width - start))))]
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
