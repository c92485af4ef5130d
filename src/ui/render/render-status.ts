import { usedPercent } from '../../deploy/model/file-system.ts'
import type {
  EnvironmentStatus,
  HostStatus,
  KnownHost,
  ServiceStatus,
  Verdict,
} from '../../operations/status/status.ts'
import type { TerminalStyle } from '../terminal/terminal-style.ts'
import { renderAge } from './render-duration.ts'
import { renderTable } from './render-table.ts'
import { wrapToWidth } from '../terminal/text-width.ts'

const WORDS: Readonly<Record<Verdict, string>> = {
  unknown: 'not known',
  unhealthy: 'unhealthy',
  drifted: 'drifted',
  'nothing-deployed': 'nothing deployed',
  deploying: 'deploying',
  well: 'well',
}

/** The environments side by side, a line for each host, and below what is the matter with them and what mends it. */
export function renderStatus(statuses: readonly EnvironmentStatus[], style: TerminalStyle): string {
  const { colors, columns } = style
  const rows = statuses.flatMap((status) => rowsOf(status, style))
  const table = renderTable({
    heading: {
      cells: ['', 'environment', 'host', 'state', 'release', 'tag', 'age', 'by', 'running', 'disk'],
      paint: colors.dim,
    },
    rows,
    columns: [
      { paint: (mark) => paintMark(mark, style) },
      { paint: colors.bold },
      { paint: colors.cyan },
      { paint: (word) => paintWord(word, style) },
      {},
      {},
      { align: 'right' },
      {},
      { align: 'right' },
      { align: 'right' },
    ],
    maxWidth: columns,
  })
  const troubles = statuses.flatMap((status) => troubleLines(status, style))
  return `${[table, ...(troubles.length > 0 ? [troubles] : [])].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function rowsOf({ environment, verdict, hosts }: EnvironmentStatus, style: TerminalStyle): string[][] {
  if (hosts.length === 0) return [[markOf(verdict, style), environment, '', WORDS[verdict]]]
  return hosts.map((host, index) => [
    markOf(host.verdict, style),
    index === 0 ? environment : '',
    host.host,
    WORDS[host.verdict],
    ...(host.verdict === 'unknown' ? [] : factsOf(host)),
  ])
}

function factsOf({ release, services, fileSystems }: KnownHost): string[] {
  const sum = (count: (service: ServiceStatus) => number): number =>
    services.reduce((total, service) => total + count(service), 0)
  // What has ended as it should counts as the one that it is.
  const running = sum((it) => (it.state === 'ended' ? it.wanted : it.running))
  return [
    release?.id ?? '',
    release?.tag ?? '',
    release === undefined ? '' : renderAge(release.ageMs),
    release?.by.user ?? '',
    release === undefined ? '' : `${running}/${sum((it) => it.wanted)}`,
    fileSystems.length === 0 ? '' : `${Math.max(...fileSystems.map(usedPercent))} %`,
  ]
}

function markOf(verdict: Verdict, { glyphs }: TerminalStyle): string {
  if (verdict === 'well') return glyphs.done
  if (verdict === 'drifted') return glyphs.warning
  return verdict === 'unhealthy' || verdict === 'unknown' ? glyphs.failed : glyphs.waiting
}

function paintMark(mark: string, { colors, glyphs }: TerminalStyle): string {
  if (mark.trim() === glyphs.done) return colors.green(mark)
  if (mark.trim() === glyphs.warning) return colors.yellow(mark)
  return mark.trim() === glyphs.failed ? colors.red(mark) : mark
}

function paintWord(word: string, { colors }: TerminalStyle): string {
  switch (word.trim()) {
    case WORDS.well:
      return colors.green(word)
    case WORDS.drifted:
      return colors.yellow(word)
    case WORDS.unhealthy:
    case WORDS.unknown:
      return colors.red(word)
    default:
      return word
  }
}

/** Failures, unhealthy services, who deploys, and drift: what is the matter, and what to do about it. */
function troubleLines({ environment, hosts, failure }: EnvironmentStatus, style: TerminalStyle): string[] {
  if (failure !== undefined) return trouble(environment, { what: failure.message, hint: failure.hint }, style)
  return hosts.flatMap((host) => {
    const where = hosts.length > 1 ? `${environment} on ${host.host}` : environment
    return troublesOf(host).flatMap((it) => trouble(where, it, style))
  })
}

type Trouble = { what: string; hint: string }

function troublesOf(host: HostStatus): Trouble[] {
  if (host.verdict === 'unknown') return [{ what: host.failure.message, hint: host.failure.hint }]
  const unhealthy = host.services.filter(
    ({ health, state }) => health === 'unhealthy' || state === 'restarting',
  )
  return [
    ...(host.lock === undefined ? [] : [{ what: deploying(host), hint: '' }]),
    ...unhealthy.map(({ service, state }) => ({
      what:
        state === 'restarting' ? `${service} restarts over and over.` : `${service} fails its health check.`,
      hint: '',
    })),
    ...host.drift,
  ]
}

function deploying({ lock }: KnownHost): string {
  const holder = lock?.holder
  if (holder === undefined) return 'A deploy is under way, so nothing is compared with the release.'
  const run = holder.run === undefined ? '' : `, ${holder.run}`
  const since = new Date(holder.sinceMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const what = holder.task === undefined ? 'deploying' : `running task ${holder.task}`
  return `${holder.user} on ${holder.machine}${run} has been ${what} since ${since}; until that ends, nothing is compared with the release.`
}

function trouble(
  where: string,
  { what, hint }: Trouble,
  { colors, glyphs, columns }: TerminalStyle,
): string[] {
  const room = (columns ?? Infinity) - 4
  const [first = '', ...more] = wrapToWidth(`${where}: ${what}`, room)
  const steps = hint === '' ? [] : wrapToWidth(`${glyphs.arrow} ${hint}`, room)
  return [
    `${colors.yellow(glyphs.warning)} ${first.replace(where, colors.bold(where))}`,
    ...more.map((line) => `  ${line}`),
    ...steps.map((line) => `  ${line.replaceAll(/`[^`]+`/g, (command) => colors.cyan(command))}`),
  ]
}
