import type { VariableReview } from '../../../operations/env/review-variables.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { wrapLines } from '../../terminal/text-width.ts'
import { paintMark } from '../../terminal/paint-mark.ts'
import { renderTable } from '../text/render-table.ts'

export type HostVariables = {
  host: string
  path: string
  /** Permission bits of `.env`; undefined if it does not exist. */
  mode: string | undefined
  variables: readonly VariableReview[]
}

/** The variables in `.env` on one host, one per line, problems first; names only. */
export function renderVariables(it: HostVariables, style: TerminalStyle): string {
  const { colors, columns } = style
  const table = renderTable({
    rows: urgentFirst(it.variables).map((variable) => [
      mark(variable, style),
      variable.name,
      variable.verdict === 'default' ? 'not set' : variable.state,
      namedBy(variable),
      remark(variable),
    ]),
    columns: [{ paint: paintMark(style) }, { paint: colors.bold }, {}, { paint: colors.dim }, {}],
    indent: ' ',
    maxWidth: columns,
  })
  return `${[heading(it, style), ...table].join('\n')}\n`
}

/** Problems first. */
export function urgentFirst(variables: readonly VariableReview[]): VariableReview[] {
  return [...variables].sort((a, b) => URGENCY[a.verdict] - URGENCY[b.verdict])
}

const URGENCY: Readonly<Record<VariableReview['verdict'], number>> = {
  missing: 0,
  empty: 1,
  'at-deploy': 2,
  unused: 3,
  unlisted: 4,
  ok: 5,
  default: 6,
}

function heading({ host, path, mode, variables }: HostVariables, { colors, columns }: TerminalStyle): string {
  const count = (verdict: VariableReview['verdict']): number =>
    variables.filter((it) => it.verdict === verdict).length
  const present = variables.filter(({ state }) => state !== 'missing').length
  const parts = [
    mode === undefined ? 'does not exist' : `mode ${mode}`,
    ...(mode === undefined ? [] : [`${present} ${present === 1 ? 'variable' : 'variables'}`]),
    ...(['missing', 'empty', 'unused', 'unlisted'] as const).flatMap((verdict) =>
      count(verdict) === 0 ? [] : [`${count(verdict)} ${verdict}`],
    ),
  ]
  return wrapLines(`${colors.bold(`${path}/.env`)} on ${host}: ${parts.join(', ')}`, columns)
}

function mark({ verdict }: VariableReview, { glyphs }: TerminalStyle): string {
  if (verdict === 'missing') return glyphs.failed
  if (verdict === 'ok') return glyphs.done
  return verdict === 'default' ? glyphs.waiting : glyphs.warning
}

/** Where it is named besides `.env`. */
export function namedBy({ inExample, inCompose }: VariableReview): string {
  const isNamed = inCompose === 'required' || inCompose === 'optional'
  const names = [...(inExample ? ['.env.example'] : []), ...(isNamed ? ['compose file'] : [])]
  return names.join(', ')
}

/** What its verdict means, in a few words; empty if nothing is to be said. */
export function remark({ verdict, inCompose }: VariableReview): string {
  switch (verdict) {
    case 'missing':
      return inCompose === 'required' ? 'used in the compose file, without a default' : ''
    case 'unused':
      return 'not in .env.example or the compose file'
    case 'unlisted':
      return 'not in .env.example; services read it through `env_file`'
    case 'at-deploy':
      return 'set by every deploy; this value is used only by commands that you run on the server'
    case 'default':
      return 'optional in the compose file'
    case 'empty':
    case 'ok':
      return ''
  }
}
