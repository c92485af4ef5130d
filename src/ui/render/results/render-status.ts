import { describeAnswer } from '../../../deploy/model/entrance.ts'
import type { Failure } from '../../../deploy/model/events.ts'
import type { SourceCommit } from '../../../deploy/model/release.ts'
import { usedPercent } from '../../../deploy/model/file-system.ts'
import type {
  EnvironmentStatus,
  HostStatus,
  KnownHost,
  ServiceStatus,
  SwarmStatus,
  Verdict,
} from '../../../operations/status/status.ts'
import { isMissing } from '../../../operations/status/make-status.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { furtherLines } from '../text/further-lines.ts'
import { renderCommit } from '../text/render-commit.ts'
import { renderAge } from '../text/render-duration.ts'
import { renderTable } from '../text/render-table.ts'
import { wrapToWidth } from '../../terminal/text-width.ts'

const WORDS: Readonly<Record<Verdict, string>> = {
  unknown: 'unknown',
  unhealthy: 'unhealthy',
  drifted: 'drifted',
  'nothing-deployed': 'nothing deployed',
  deploying: 'deploying',
  ok: 'ok',
}

/** The environments, one line for each host, then their problems with hints. */
export function renderStatus(statuses: readonly EnvironmentStatus[], style: TerminalStyle): string {
  const { colors, columns } = style
  const rows = statuses.flatMap((status) => rowsOf(status, style))
  const table = renderTable({
    heading: {
      cells: ['', 'environment', 'host', 'state', 'release', 'tag', 'commit', 'age', 'by', 'running', 'disk'],
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
      {},
      { align: 'right' },
      {},
      { align: 'right' },
      { align: 'right' },
    ],
    maxWidth: columns,
  })
  const problems = statuses.flatMap((status) => problemLines(status, style))
  return `${[table, ...(problems.length > 0 ? [problems] : [])].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function rowsOf({ environment, verdict, hosts }: EnvironmentStatus, style: TerminalStyle): string[][] {
  if (hosts.length === 0) return [[markOf(verdict, style), environment, '', WORDS[verdict]]]
  return hosts.map((host, index) => [
    markOf(host.verdict, style),
    index === 0 ? environment : '',
    host.host,
    wordOf(host),
    ...(host.verdict === 'unknown' ? [] : factsOf(host)),
  ])
}

/** An outage outranks the deploy that may be its cause, and does not hide it. */
function wordOf(host: HostStatus): string {
  const isDeploying = host.verdict === 'unhealthy' && host.lock !== undefined
  return isDeploying ? `${WORDS.unhealthy}, ${WORDS.deploying}` : WORDS[host.verdict]
}

function factsOf({ release, services, fileSystems, swarm }: KnownHost): string[] {
  const sum = (count: (service: ServiceStatus) => number): number =>
    services.reduce((total, service) => total + count(service), 0)
  // A service that has ended as expected counts as running.
  const running = sum((it) => (it.state === 'ended' ? it.desired : it.running))
  return [
    release?.id ?? '',
    release?.tag ?? '',
    // A tag that is the commit says it already.
    release?.commit === undefined || isTag(release.commit, release.tag) ? '' : renderCommit(release.commit),
    release === undefined ? '' : renderAge(release.ageMs),
    release?.by.user ?? '',
    release === undefined || swarm?.failure ? '' : `${running}/${sum((it) => it.desired)}`,
    fileSystems.length === 0 ? '' : `${Math.max(...fileSystems.map(usedPercent))} %`,
  ]
}

function isTag({ id, isDirty }: SourceCommit, tag: string | undefined): boolean {
  return isDirty !== true && tag === id
}

function markOf(verdict: Verdict, { glyphs }: TerminalStyle): string {
  if (verdict === 'ok') return glyphs.done
  if (verdict === 'drifted') return glyphs.warning
  return verdict === 'unhealthy' || verdict === 'unknown' ? glyphs.failed : glyphs.waiting
}

function paintMark(mark: string, { colors, glyphs }: TerminalStyle): string {
  if (mark.trim() === glyphs.done) return colors.green(mark)
  if (mark.trim() === glyphs.warning) return colors.yellow(mark)
  return mark.trim() === glyphs.failed ? colors.red(mark) : mark
}

function paintWord(word: string, { colors }: TerminalStyle): string {
  switch (word.trim().replace(/,.*/, '')) {
    case WORDS.ok:
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

/** Failures, a running deploy, unhealthy services, URLs that do not answer and drift, with hints. */
function problemLines({ environment, hosts, failure }: EnvironmentStatus, style: TerminalStyle): string[] {
  if (failure !== undefined) return renderProblem(environment, problemOf(failure), style)
  return hosts.flatMap((host) => {
    const where = hosts.length > 1 ? `${environment} on ${host.host}` : environment
    return problemsOf(host, environment).flatMap((it) => renderProblem(where, it, style))
  })
}

type Problem = { message: string; hint: string; output?: readonly string[] | undefined }

function problemOf(failure: Failure): Problem {
  const { message, hint } = failure
  return { message, hint, output: furtherLines(failure) }
}

function problemsOf(host: HostStatus, environment: string): Problem[] {
  if (host.verdict === 'unknown') return [problemOf(host.failure)]
  const unhealthy = host.services.filter(
    ({ health, state }) => health === 'unhealthy' || state === 'restarting',
  )
  return [
    ...(host.notSetUp === undefined ? [] : [host.notSetUp]),
    ...(host.lock === undefined ? [] : [{ message: deploying(host), hint: '' }]),
    // Else it is drift.
    ...(host.lock === undefined || host.verdict !== 'unhealthy' ? [] : host.services.filter(isMissing)).map(
      ({ service }) => ({
        message: `No container of ${service} runs.`,
        hint: '',
      }),
    ),
    ...(host.swarm === undefined ? [] : swarmProblems(host.swarm)),
    ...unhealthy.map((it) => ({
      message: it.state === 'restarting' ? restarting(it) : `${it.service} fails its health check.`,
      hint: '',
    })),
    ...host.urls
      .filter(({ isGood }) => !isGood)
      .map((it) => ({
        message: `${it.url} ${describeAnswer(it)}.`,
        hint: `\`dray logs ${environment}\` shows what the app says.`,
      })),
    ...host.drift,
  ]
}

function restarting({ service, failedTasks: [last] = [] }: ServiceStatus): string {
  if (last === undefined) return `${service} keeps restarting.`
  const on = last.node === undefined ? '' : ` on node ${last.node}`
  const said = last.error === '' ? `exit code ${last.exitCode ?? 0}` : last.error
  return `${service} keeps restarting; the last task${on}: ${said}.`
}

/** A swarm without a leader, and nodes that a user took out: the latter are no drift. */
function swarmProblems({ nodes, failure }: SwarmStatus): Problem[] {
  const idle = nodes.filter(({ availability }) => availability !== 'active')
  return [
    ...(failure === undefined ? [] : [problemOf(failure)]),
    ...idle.map(({ node, availability }) => ({
      message:
        availability === 'drain'
          ? `Node ${node} is drained: Swarm runs no tasks there.`
          : `Node ${node} is paused: Swarm starts no tasks there.`,
      hint: `\`docker node update --availability active ${node}\` on a manager ends that.`,
    })),
  ]
}

function deploying({ lock }: KnownHost): string {
  const holder = lock?.holder
  if (holder === undefined) return 'A deploy is running. Drift is not checked until it ends.'
  const run = holder.run === undefined ? '' : `, ${holder.run}`
  const since = new Date(holder.sinceMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const activity = holder.task === undefined ? 'deploying' : `running task ${holder.task}`
  return `${holder.user} on ${holder.machine}${run} has been ${activity} since ${since}. Drift is not checked until this ends.`
}

function renderProblem(
  where: string,
  { message, hint, output = [] }: Problem,
  { colors, glyphs, columns }: TerminalStyle,
): string[] {
  const width = (columns ?? Infinity) - 4
  const [first = '', ...more] = wrapToWidth(`${where}: ${message}`, width)
  const steps = hint === '' ? [] : wrapToWidth(`${glyphs.arrow} ${hint}`, width)
  return [
    `${colors.yellow(glyphs.warning)} ${first.replace(where, colors.bold(where))}`,
    ...more.map((line) => `  ${line}`),
    ...output.map((line) => `  ${colors.dim(glyphs.gutter)} ${line}`),
    ...steps.map((line) => `  ${line.replaceAll(/`[^`]+`/g, (command) => colors.cyan(command))}`),
  ]
}
