import type { SecretRow } from '../../../operations/secrets/make-matrix.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { codeSpan, escapeMarkdown, markdownTable } from '../text/markdown.ts'
import { paintMark } from '../../terminal/paint-mark.ts'
import { renderTable } from '../text/render-table.ts'

const KINDS = ['GitHub secret', 'GitHub variable', '.env', 'deploy-time', 'dray'] as const

const HEADINGS: Readonly<Record<SecretRow['kind'], string>> = {
  'GitHub secret': 'GitHub secrets, read by workflows',
  'GitHub variable': 'GitHub variables, read by workflows',
  '.env': '.env on the servers, read by containers',
  'deploy-time': 'Deploy-time values, set by every deploy',
  dray: 'Variables named in dray.yml, read from the environment of dray',
}

const WORDS: Readonly<Record<SecretRow['state'], string>> = {
  present: 'set',
  empty: 'empty',
  missing: 'missing',
  optional: 'not set',
  provided: 'provided',
  unknown: 'unknown',
}

/** The matrix of secrets, one table for each kind; names only. */
export function renderSecrets(rows: readonly SecretRow[], style: TerminalStyle): string {
  const { colors, columns } = style
  const parts = KINDS.flatMap((it) => {
    const ofKind = rows.filter(({ kind }) => kind === it)
    if (ofKind.length === 0) return []
    const table = renderTable({
      rows: ofKind.map((row) => [markOf(row, style), row.name, WORDS[row.state], row.location, readers(row)]),
      columns: [{ paint: paintMark(style) }, { paint: colors.bold }, {}, {}, { paint: colors.dim }],
      indent: ' ',
      maxWidth: columns,
    })
    return [[colors.bold(HEADINGS[it]), ...table]]
  })
  if (parts.length === 0) return 'No secrets or variables are used.\n'
  return parts.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

/** The matrix as one Markdown table. */
export function renderSecretsMarkdown(rows: readonly SecretRow[]): string {
  const ordered = KINDS.flatMap((it) => rows.filter(({ kind }) => kind === it))
  return `${markdownTable(
    ['Name', 'Kind', 'Location', 'State', 'Read by'],
    ordered.map((row) => [
      codeSpan(row.name),
      escapeMarkdown(row.kind),
      escapeMarkdown(row.location),
      row.state === 'missing' || row.state === 'empty' ? `**${WORDS[row.state]}**` : WORDS[row.state],
      row.readBy.map(escapeMarkdown).join('<br>'),
    ]),
  )}\n`
}

function readers({ readBy }: SecretRow): string {
  return readBy.length === 0 ? 'unused' : readBy.join(', ')
}

function markOf({ state }: SecretRow, { glyphs }: TerminalStyle): string {
  if (state === 'present' || state === 'provided') return glyphs.done
  if (state === 'missing') return glyphs.failed
  return state === 'empty' ? glyphs.warning : glyphs.waiting
}
