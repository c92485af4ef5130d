import { describeAnswer } from '../../../deploy/model/entrance.ts'
import type { EnvironmentStatus, KnownHost, ServiceStatus } from '../../../operations/status/status.ts'
import { renderBytes } from '../../../shared/bytes.ts'
import type { TerminalStyle } from '../../terminal/terminal-style.ts'
import { wrapLines } from '../../terminal/text-width.ts'
import { renderCommit } from '../text/render-commit.ts'
import { renderAge } from '../text/render-duration.ts'
import { renderFileSystems } from './render-file-systems.ts'
import { shortDigest } from '../deploy/render-summary.ts'
import { swarmLines } from './render-swarm.ts'
import { renderTable } from '../text/render-table.ts'

/** Details of one environment: for each reachable host its release, services and disk usage. */
export function renderStatusDetails({ environment, hosts }: EnvironmentStatus, style: TerminalStyle): string {
  return hosts
    .flatMap((host) => (host.verdict === 'unknown' ? [] : [hostLines(environment, host, style)]))
    .map((lines) => `\n${lines.join('\n')}\n`)
    .join('')
}

function hostLines(environment: string, host: KnownHost, style: TerminalStyle): string[] {
  const { colors } = style
  const heading = `${colors.bold(environment)} on ${colors.cyan(host.host)}`
  const disks = renderFileSystems(host.fileSystems, style)
  if (host.release === undefined) return [`${heading}: nothing deployed yet.`, '', ...disks]
  return [
    wrapLines(`${heading}: ${releaseLine(host.release)}`, style.columns),
    '',
    ...serviceLines(host, style),
    ...(host.swarm === undefined ? [] : swarmLines(host, style)),
    ...(host.containers === undefined ? [] : ['', ...containerLines(host.containers, style), '']),
    ...(host.swarm !== undefined && host.urls.length > 0 ? [''] : []),
    ...host.urls.map(
      (it) => `  ${it.url} ${it.isGood ? describeAnswer(it) : colors.red(describeAnswer(it))}`,
    ),
    ...(disks.length > 0 ? ['', ...disks] : []),
  ]
}

function releaseLine({ id, tag, commit, createdAtMs, by }: NonNullable<KnownHost['release']>): string {
  const named = tag === undefined ? id : `${id} (${tag})`
  const at = new Date(createdAtMs).toISOString().replace(/T(\d+:\d+).*$/, ' $1 UTC')
  const from = commit === undefined ? '' : ` from commit ${renderCommit(commit)}`
  return `release ${named}, deployed${from} on ${at} by ${by.user} on ${by.machine}${by.run === undefined ? '' : `, ${by.run}`}`
}

function serviceLines({ services, swarm }: KnownHost, { colors, columns }: TerminalStyle): string[] {
  if (swarm?.failure !== undefined) return []
  const restarts = swarm === undefined ? 'restarts' : 'failed'
  return renderTable({
    heading: {
      cells: [
        ...['service', 'state', 'health', 'running', restarts, 'uptime', 'tag', 'digest'],
        ...(swarm === undefined ? [] : ['nodes']),
        'image',
      ],
      paint: colors.dim,
    },
    rows: services.map((it) => [
      it.service,
      stateOf(it),
      it.health === 'none' ? '' : it.health === 'unchecked' ? 'no check' : it.health,
      it.state === 'ended' ? '' : `${it.running}/${it.desired}`,
      String(it.restarts),
      it.upMs === undefined ? '' : renderAge(it.upMs),
      it.image.tag ?? '',
      it.image.digest === undefined ? '' : shortDigest(it.image.digest),
      ...(swarm === undefined ? [] : [(it.nodes ?? []).join(' ')]),
      it.image.name,
    ]),
    columns: [
      { paint: colors.bold },
      { paint: (state) => (/^(running|ended)(, rolled back)? *$/.test(state) ? state : colors.red(state)) },
      { paint: (health) => (health.trim() === 'unhealthy' ? colors.red(health) : health) },
      { align: 'right' },
      { align: 'right', paint: (count) => (count.trim() === '0' ? count : colors.yellow(count)) },
      { align: 'right' },
      {},
      { paint: colors.dim },
      ...(swarm === undefined ? [] : [{}]),
      { paint: colors.dim },
    ],
    indent: '  ',
    maxWidth: columns,
  })
}

/** `running`, `running, update paused` */
function stateOf({ state, update }: ServiceStatus): string {
  return update === undefined ? state : `${state}, ${UPDATES[update.state] ?? update.state}`
}

/** Swarm's words for the state of an update. */
const UPDATES: Readonly<Record<string, string>> = {
  updating: 'updating',
  paused: 'update paused',
  rollback_started: 'rolling back',
  rollback_paused: 'rollback paused',
  rollback_completed: 'rolled back',
}

function containerLines(
  containers: NonNullable<KnownHost['containers']>,
  { colors, columns }: TerminalStyle,
): string[] {
  return renderTable({
    heading: {
      cells: ['container', 'state', 'health', 'restarts', 'CPU', 'memory', 'of'],
      paint: colors.dim,
    },
    rows: containers.map((it) => [
      it.name,
      it.state,
      it.health === 'none' ? 'no check' : it.health,
      String(it.restarts),
      it.cpuPercent === undefined ? '' : `${it.cpuPercent.toFixed(1)} %`,
      it.memoryBytes === undefined ? '' : renderBytes(it.memoryBytes),
      it.memoryLimitBytes === undefined ? '' : renderBytes(it.memoryLimitBytes),
    ]),
    columns: [
      { paint: colors.bold },
      { paint: (state) => (state.trim() === 'running' ? state : colors.red(state)) },
      { paint: (health) => (health.trim() === 'unhealthy' ? colors.red(health) : health) },
      { align: 'right' },
      { align: 'right' },
      { align: 'right' },
      { align: 'right', paint: colors.dim },
    ],
    indent: '  ',
    maxWidth: columns,
  })
}
