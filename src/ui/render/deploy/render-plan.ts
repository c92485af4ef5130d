import type { Plan, Step, StepOf } from '../../../deploy/model/plan.ts'
import { releaseLabel } from '../../../deploy/model/release.ts'
import { stepTitle } from '../../../deploy/execute/step-title.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { renderCommand } from '../text/render-command.ts'
import { renderTable } from '../text/render-table.ts'
import { wrapToWidth } from '../../terminal/text-width.ts'

/** A plan as text: steps with their causes, hooks, warnings, and unchanged services. */
export function renderPlan(plan: Plan, style: TerminalStyle): string {
  const { colors } = style
  const heading = `${colors.bold(plan.app)} on ${colors.bold(plan.environment)}`
  const { restores, release, unchanged } = plan
  const target =
    restores === undefined
      ? `release ${release}`
      : `rollback to ${releaseLabel(restores.release, restores.tag)}, as release ${release}`
  const blocks = [
    unchanged ? `${heading}: nothing to do, release ${release} is already running.` : `${heading}: ${target}`,
    stepLines(plan.steps, style),
    proxyLines(plan, style),
    hookLines(plan, style),
    warningLines(plan.warnings, style),
    unchangedLines(plan, style),
    inactiveLines(plan, style),
    unchanged ? [] : notUndoneLines(plan.notUndone ?? [], style),
    downloadLine(plan.steps),
  ]
  return `${blocks
    .map((block) => (typeof block === 'string' ? block : block.join('\n')))
    .filter((block) => block !== '')
    .join('\n\n')}\n`
}

/**
 * What the plan pulls, on all hosts together: `up to 39.3 MB`, or `about 4.2 MB, at most 39.3 MB` if layers are there already.
 * Empty if it pulls nothing.
 */
export function renderDownload(steps: readonly Step[]): string {
  const pulls = steps.filter((step) => step.kind === 'pull-image')
  const mostBytes = pulls.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const likelyBytes = pulls.reduce((sum, step) => sum + likelySize(step), 0)
  if (mostBytes === 0) return ''
  const most = renderBytes(mostBytes)
  return likelyBytes === mostBytes ? `up to ${most}` : `about ${renderBytes(likelyBytes)}, at most ${most}`
}

function likelySize({ sizeBytes, missingBytes = sizeBytes }: StepOf<'pull-image'>): number {
  return missingBytes
}

function stepLines(steps: readonly Step[], { colors, columns }: TerminalStyle): string[] {
  const hosts = new Set(steps.map(({ host }) => host))
  return renderTable({
    rows: steps.map((step) => [
      String(step.id),
      hosts.size > 1 ? step.host : '',
      stepTitle(step),
      step.kind === 'pull-image' && step.sizeBytes > 0 ? renderBytes(likelySize(step)) : '',
      step.cause,
    ]),
    columns: [
      { align: 'right', paint: colors.dim },
      { paint: colors.cyan },
      {},
      { align: 'right' },
      { paint: colors.dim },
    ],
    indent: '  ',
    maxWidth: columns,
  })
}

/** Who sends requests to whom, as far as the plan changes it. */
function proxyLines({ proxies, steps }: Plan, { colors, columns, glyphs }: TerminalStyle): string[] {
  const shown = steps.length === 0 ? [] : proxies.filter(({ upstreams }) => upstreams.length > 0)
  const hosts = new Set(shown.map(({ host }) => host))
  const rows = shown.map(({ host, service, upstreams, cause, obstacle }) => [
    hosts.size > 1 ? host : '',
    `${service} ${glyphs.arrow} ${upstreams.join(', ')}`,
    obstacle === undefined ? cause : `${cause}; ${obstacle}`,
  ])
  if (rows.length === 0) return []
  const table = {
    columns: [{ paint: colors.cyan }, {}, { paint: colors.dim }],
    indent: '  ',
    maxWidth: columns,
  }
  return ['Proxies:', ...renderTable({ rows, ...table })]
}

function hookLines({ hooks = {} }: Plan, { colors, columns }: TerminalStyle): string[] {
  const rows = Object.entries(hooks).map(([moment, { argv }]) => [moment, renderCommand(argv)])
  if (rows.length === 0) return []
  const table = { columns: [{ paint: colors.cyan }, {}], indent: '  ', maxWidth: columns }
  return ['Hooks on this machine:', ...renderTable({ rows, ...table })]
}

function warningLines(warnings: readonly string[], { colors, glyphs, columns }: TerminalStyle): string[] {
  return warnings.flatMap((warning) =>
    wrapToWidth(warning, (columns ?? Infinity) - 4).map(
      (line, index) => `  ${index === 0 ? colors.yellow(glyphs.warning) : ' '} ${line}`,
    ),
  )
}

/** Changes that a rollback does not undo, as a list with a heading; empty without any. */
export function notUndoneLines(notUndone: readonly string[], { columns }: TerminalStyle): string[] {
  if (notUndone.length === 0) return []
  const lines = notUndone.flatMap((text) =>
    wrapToWidth(text, (columns ?? Infinity) - 4).map((line, index) => `  ${index === 0 ? '-' : ' '} ${line}`),
  )
  return ['Not undone:', ...lines]
}

function unchangedLines({ unchangedServices }: Plan, { colors, columns }: TerminalStyle): string[] {
  if (unchangedServices.length === 0) return []
  const hosts = new Set(unchangedServices.map(({ host }) => host))
  const rows = unchangedServices.map(({ host, service, cause }) => [
    hosts.size > 1 ? host : '',
    service,
    cause,
  ])
  const table = {
    columns: [{ paint: colors.cyan }, {}, { paint: colors.dim }],
    indent: '  ',
    maxWidth: columns,
  }
  return ['Unchanged:', ...renderTable({ rows, ...table })]
}

function inactiveLines({ inactiveServices = [] }: Plan, { colors, columns }: TerminalStyle): string[] {
  if (inactiveServices.length === 0) return []
  const hosts = new Set(inactiveServices.map(({ host }) => host))
  const rows = inactiveServices.map(({ host, service, profiles, problem }) => [
    hosts.size > 1 ? host : '',
    service,
    [`profile ${profiles.join(', ')}`, problem ?? []].flat().join('; '),
  ])
  const table = {
    columns: [{ paint: colors.cyan }, {}, { paint: colors.dim }],
    indent: '  ',
    maxWidth: columns,
  }
  return ['Not deployed, no active profile:', ...renderTable({ rows, ...table })]
}

function downloadLine(steps: readonly Step[]): string {
  const pulls = steps.filter((step) => step.kind === 'pull-image' && step.sizeBytes > 0).length
  if (pulls === 0) return ''
  return `Download: ${renderDownload(steps)} in ${pulls} ${pulls === 1 ? 'image' : 'images'}.`
}
