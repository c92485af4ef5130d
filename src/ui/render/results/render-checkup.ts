import {
  checkNames,
  isReady,
  type Check,
  type CheckName,
  type HostCheckup,
} from '../../../operations/doctor/checkup.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { furtherLines } from '../text/further-lines.ts'
import { renderTable } from '../text/render-table.ts'
import { wrapToWidth } from '../../terminal/text-width.ts'

export type ShownCheckup = { environment: string; tag: string | undefined; hosts: readonly HostCheckup[] }

/** The name of each check for people. */
export const checkTitles: Readonly<Record<CheckName, string>> = {
  ssh: 'SSH',
  tools: 'system tools',
  docker: 'Docker Engine',
  compose: 'Docker Compose',
  directory: 'app directory',
  env: '.env',
  lock: 'lock',
  disk: 'disk',
  clock: 'clock',
  swarm: 'swarm',
  nodes: 'nodes',
  app: 'compose file',
  externals: 'externals',
  image: 'image',
  registry: 'registry',
  'node-access': 'SSH to nodes',
  'node-images': 'images on nodes',
  ports: 'ports',
  url: 'probe URL',
  plan: 'plan',
}

/** The checks of each host side by side, the problems with their hints, and whether a deploy would succeed. */
export function renderCheckup(checkup: ShownCheckup, style: TerminalStyle): string {
  const { hosts } = checkup
  const blocks = [
    hosts.length === 1 ? oneHost(hosts[0]?.checks ?? [], style) : sideBySide(hosts, style),
    hosts.flatMap((host) => host.checks.flatMap((check) => problemLines(host.host, check, style))),
    [verdictLine(checkup, style)],
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function oneHost(checks: readonly Check[], style: TerminalStyle): string[] {
  return renderTable({
    rows: checks.map((check) => [markOf(check, style), titleOf(check), valueOf(check)]),
    columns: [{ paint: (mark) => paintMark(mark, style) }, { paint: style.colors.bold }, {}],
    maxWidth: style.columns,
  })
}

/** A row for each check, a column for each host. */
function sideBySide(hosts: readonly HostCheckup[], style: TerminalStyle): string[] {
  const { colors, columns } = style
  const subjects = checkNames.flatMap((name): Pick<Check, 'name' | 'subject'>[] => {
    const found = hosts.flatMap(({ checks }) => checks.filter((check) => check.name === name))
    // Some checks are made with one engine only.
    if (found.length === 0) return []
    const named = [...new Set(found.flatMap(({ subject }) => subject ?? []))]
    return named.length === 0 ? [{ name }] : named.map((subject) => ({ name, subject }))
  })
  return renderTable({
    heading: { cells: ['', ...hosts.map(({ host }) => host)], paint: colors.dim },
    rows: subjects.map((row) => [
      titleOf(row),
      ...hosts.map(({ checks }) => {
        const check = checks.find((it) => it.name === row.name && (it.subject ?? row.subject) === row.subject)
        return check === undefined ? '' : `${markOf(check, style)} ${valueOf(check)}`
      }),
    ]),
    columns: [
      { paint: colors.bold },
      ...hosts.map(() => ({ paint: (cell: string) => paintMark(cell, style) })),
    ],
    maxWidth: columns,
  })
}

function titleOf({ name, subject }: Pick<Check, 'name' | 'subject'>): string {
  return subject === undefined ? checkTitles[name] : `${checkTitles[name]} ${subject}`
}

function valueOf(check: Check): string {
  if (check.outcome === 'failed') return check.failure.code
  return check.outcome === 'skipped' ? `skipped, needs ${checkTitles[check.needs]}` : check.value
}

function markOf({ outcome }: Check, { glyphs }: TerminalStyle): string {
  return { ok: glyphs.done, warning: glyphs.warning, failed: glyphs.failed, skipped: glyphs.waiting }[outcome]
}

/** Paints the mark at the start of a cell. */
function paintMark(cell: string, { colors, glyphs }: TerminalStyle): string {
  const paint = (
    [
      [glyphs.done, colors.green],
      [glyphs.warning, colors.yellow],
      [glyphs.failed, colors.red],
      [glyphs.waiting, colors.dim],
    ] as const
  ).find(([mark]) => cell.startsWith(mark))
  return paint === undefined ? cell : paint[1](paint[0]) + cell.slice(paint[0].length)
}

function problemLines(host: string, check: Check, style: TerminalStyle): string[] {
  const { colors, glyphs, columns } = style
  if (check.outcome !== 'failed' && check.outcome !== 'warning') return []
  const width = (columns ?? Infinity) - 4
  const [message, hint] =
    check.outcome === 'failed' ? [check.failure.message, check.failure.hint] : [check.message, check.hint]
  const details = check.outcome === 'failed' ? furtherLines(check.failure) : []
  const [first = '', ...more] = wrapToWidth(`${host}: ${message}`, width)
  const next = hint === '' ? [] : wrapToWidth(`${glyphs.arrow} ${hint}`, width)
  return [
    `${paintMark(markOf(check, style), style)} ${first}`,
    ...more.map((line) => `  ${line}`),
    ...details.map((line) => `  ${colors.dim(glyphs.gutter)} ${line}`),
    ...next.map((line) => `  ${line.replaceAll(/`[^`]+`/g, (command) => colors.cyan(command))}`),
  ]
}

function verdictLine({ environment, tag, hosts }: ShownCheckup, { colors, glyphs }: TerminalStyle): string {
  const deploy = tag === undefined ? 'A deploy' : `A deploy of ${tag}`
  const checks = hosts.flatMap((host) => host.checks)
  const warnings = checks.filter(({ outcome }) => outcome === 'warning').length
  const warned = warnings === 0 ? '' : ` with ${counted(warnings, 'warning')}`
  if (isReady(hosts))
    return `${colors.green(glyphs.done)} ${deploy} to ${environment} would succeed${warned}.`
  const failures = checks.filter(({ outcome }) => outcome === 'failed').length
  return `${colors.red(glyphs.failed)} ${deploy} to ${environment} would be refused: ${counted(failures, 'check')} failed${warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`}.`
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
