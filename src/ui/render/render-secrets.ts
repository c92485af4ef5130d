import type { SecretRow } from '../../operations/secrets/make-matrix.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'
import { codeSpan, escapeMarkdown, markdownTable } from './markdown.ts'
import { paintMark } from '../terminal/paint-mark.ts'
import { renderTable } from './render-table.ts'

const KINDS = ['GitHub secret', 'GitHub variable', '.env', 'deploy-time', 'dray'] as const

const HEADINGS: Readonly<Record<SecretRow['lives'], string>> = {
  'GitHub secret': 'Secrets of GitHub, read by workflows',
  'GitHub variable': 'Variables of GitHub, read by workflows',
  '.env': '.env on the servers, read by containers',
  'deploy-time': 'Deploy-time values, given by every deploy',
  dray: 'Variables that dray.yml names, read where dray runs',
}

const WORDS: Readonly<Record<SecretRow['state'], string>> = {
  present: 'there',
  empty: 'empty',
  missing: 'missing',
  optional: 'not set',
  given: 'given',
  unknown: 'not known',
}

/** The matrix of secrets, a table for each place where they live; names only. */
export function renderSecrets(rows: readonly SecretRow[], style: TerminalStyle): string {
  const { colors, columns } = style
  const parts = KINDS.flatMap((kind) => {
    const ofKind = rows.filter(({ lives }) => lives === kind)
    if (ofKind.length === 0) return []
    const table = renderTable({
      rows: ofKind.map((row) => [markOf(row, style), row.name, WORDS[row.state], row.where, readers(row)]),
      columns: [{ paint: paintMark(style) }, { paint: colors.bold }, {}, {}, { paint: colors.dim }],
      indent: ' ',
      maxWidth: columns,
    })
    return [[colors.bold(HEADINGS[kind]), ...table]]
  })
  if (parts.length === 0) return 'No secret or variable is read.\n'
  return parts.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

/** The same for a page: one Markdown table. */
export function renderSecretsMarkdown(rows: readonly SecretRow[]): string {
  const ordered = KINDS.flatMap((kind) => rows.filter(({ lives }) => lives === kind))
  return `${markdownTable(
    ['Name', 'Lives in', 'Where', 'State', 'Read by'],
    ordered.map((row) => [
      codeSpan(row.name),
      escapeMarkdown(row.lives),
      escapeMarkdown(row.where),
      row.state === 'missing' || row.state === 'empty' ? `**${WORDS[row.state]}**` : WORDS[row.state],
      row.readBy.map(escapeMarkdown).join('<br>'),
    ]),
  )}\n`
}

function readers({ readBy }: SecretRow): string {
  return readBy.length === 0 ? 'nobody' : readBy.join(', ')
}

function markOf({ state }: SecretRow, { glyphs }: TerminalStyle): string {
  if (state === 'present' || state === 'given') return glyphs.done
  if (state === 'missing') return glyphs.failed
  return state === 'empty' ? glyphs.warning : glyphs.waiting
}
