import { MANY_HOSTS, type Plan, type Step, type StepOf } from '../../../deploy/model/plan.ts'
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
    rollingLine(plan),
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
  const groups =
    hosts.size > MANY_HOSTS ? groupSame(steps) : steps.map((step) => ({ step, hosts: [step.host] }))
  return renderTable({
    rows: groups.map(({ step, hosts: those }) => [
      String(step.id),
      hosts.size > 1 ? hostsText(those) : '',
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

type SameStep = { step: Step; hosts: string[] }

/** Of many hosts, the same step of a phase is shown once, with its first number. */
function groupSame(steps: readonly Step[]): SameStep[] {
  const groups = new Map<string, SameStep>()
  for (const step of steps) {
    const key = [step.phase?.name, stepTitle(step), step.cause].join('\n')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { step, hosts: [step.host] })
    else group.hosts.push(step.host)
  }
  return [...groups.values()]
}

/** Of many hosts, the same facts are shown once. */
function mergeHosts<T extends { host: string }>(facts: readonly T[], hostCount: number): T[] {
  if (hostCount <= MANY_HOSTS) return [...facts]
  const groups = new Map<string, T[]>()
  for (const fact of facts) {
    const key = JSON.stringify({ ...fact, host: '' })
    groups.set(key, [...(groups.get(key) ?? []), fact])
  }
  return [...groups.values()].flatMap((those) =>
    those.slice(0, 1).map((first) => ({ ...first, host: hostsText(those.map(({ host }) => host)) })),
  )
}

function hostsText(hosts: readonly string[]): string {
  return hosts.length > 1 ? `${hosts.length} hosts` : hosts.join('')
}

/** What a host does in its turn that does not switch its traffic. */
const BESIDE_SWITCH: readonly Step['kind'][] = ['check-url', 'run-host-hook', 'watch-host']

/** How many hosts switch traffic at a time; empty if fewer than two do. */
function rollingLine({ rolling, steps }: Plan): string {
  const switches = steps.filter(
    ({ kind, phase }) => phase?.name === 'traffic' && !BESIDE_SWITCH.includes(kind),
  )
  const count = new Set(switches.map(({ host }) => host)).size
  if (rolling === undefined || count < 2) return ''
  const each = rolling === 1 ? 'one host after the other' : `${rolling} hosts at a time`
  return `Traffic switches on ${count} hosts, ${each}.`
}

/** Who sends requests to whom, as far as the plan changes it. */
function proxyLines({ proxies, steps }: Plan, { colors, columns, glyphs }: TerminalStyle): string[] {
  const shown = steps.length === 0 ? [] : proxies.filter(({ upstreams }) => upstreams.length > 0)
  const hosts = new Set(shown.map(({ host }) => host))
  const rows = mergeHosts(shown, hosts.size).map(({ host, service, upstreams, cause, obstacle }) => [
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
  const rows = mergeHosts(unchangedServices, hosts.size).map(({ host, service, cause }) => [
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
  const rows = mergeHosts(inactiveServices, hosts.size).map(({ host, service, profiles, problem }) => [
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
