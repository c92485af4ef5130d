import { assertServices } from '../../../deploy/tasks/choose-container.ts'
import { readLogs, type LogAbsence, type LogEntry, type LogNote } from '../../../operations/logs/read-logs.ts'
import { readStackLogs, type MissingLines } from '../../../operations/logs/read-stack-logs.ts'
import { joinFailures } from '../../../deploy/model/on-each-host.ts'
import { serviceNames, type Release } from '../../../deploy/model/release.ts'
import type { DrayError } from '../../../errors/dray-error.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import { renderTimeAgo } from '../../../shared/time-ago.ts'
import { renderJsonLine } from '../../../ui/reporters/json-reporter.ts'
import { createLogRenderer } from '../../../ui/render/text/log-renderer.ts'
import type { InputOf } from '../../command/command.ts'
import { createCommandOutput, type CommandOutput } from '../../command/command-output.ts'
import type { CliContext } from '../../command/context.ts'
import type { JsonResult } from '../../command/json-line.ts'
import { bareName, withNamedHost } from '../../command/host-option.ts'
import { loadEnvironment } from '../../command/load-environment.ts'
import type { logsCommand } from './logs.ts'
import { readLogsOptions, type LogsOptions } from './logs-options.ts'
import { connectDeployedApps } from './connect-apps.ts'
import { watchReader } from './watch-reader.ts'

/** Runs `dray logs`; returns 130 after Ctrl-C, and 0 when the logs or their reader end. Throws then if a host did not answer, or has no release. */
export async function showLogs(input: InputOf<typeof logsCommand>, context: CliContext): Promise<number> {
  const { clock, stdout } = context
  const options = readLogsOptions(input.options, clock.now())
  const environment = withNamedHost(
    await loadEnvironment(input, context, { swarm: true }),
    input.options.host,
  )
  const out = createCommandOutput(environment, context)
  context.reportInterrupt = () => undefined
  const reader = watchReader(stdout)
  const failures: DrayError[] = []
  const signal = AbortSignal.any([context.signal, reader.gone])
  try {
    const onFailure = (error: DrayError): void => {
      failures.push(error)
      out.note(error.message)
    }
    await using reached = await connectDeployedApps(environment, { ...context, signal }, onFailure)
    const hosts = havingServices(reached.apps, input.rest).map(({ host, release }) => {
      const { name, engine } = host
      return { name, project: release.project, engine, source: engine.logs, cluster: engine.cluster }
    })
    const { name, engine } = environment.config.environment
    const style = {
      options,
      out,
      severalHosts: hosts.length > 1,
      services: input.rest,
      environment: name,
      clock,
    }
    const { render, tell, tellAbsence, tellMissing } = environment.options.json
      ? jsonLines(style)
      : textLines(style)
    const { since, tail, follow } = options
    const request = {
      services: input.rest,
      since,
      tail,
      follow,
      clock,
      onNote: tell,
      onAbsence: tellAbsence,
    }
    const [host] = hosts
    const batches =
      engine === 'swarm' && host !== undefined
        ? readStackLogs({ ...request, host, onMissing: tellMissing }, signal)
        : readLogs({ ...request, hosts }, signal)
    for await (const batch of batches) {
      await reader.write(batch.map(render).join(''), signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (context.signal.aborted) return EXIT.cancelled
  if (failures.length > 0) throw joinFailures(failures)
  return EXIT.done
}

/** The hosts whose release has the services, since each may have a role. Throws SERVICE_UNKNOWN if no release has them. */
function havingServices<T extends { release: Release }>(
  apps: readonly T[],
  services: readonly string[],
): T[] {
  const found = apps.filter(({ release }) => services.every((name) => serviceNames(release).includes(name)))
  if (found.length === 0) for (const { release } of apps) assertServices(release, services)
  return found
}

type Style = {
  options: LogsOptions
  out: CommandOutput
  severalHosts: boolean
  services: readonly string[]
  environment: string
  clock: CliContext['clock']
}

/** Functions that render log lines and report containers. A line that does not match is rendered as an empty text. */
type Lines = {
  render: (entry: LogEntry) => string
  tell: (note: LogNote) => void
  tellAbsence: (absence: LogAbsence) => void
  tellMissing: (missing: MissingLines) => void
}

function textLines({ options, out, severalHosts, services, environment, clock }: Style): Lines {
  const { timestamps, prefix, grep } = options
  const nameOf = ({ container }: Pick<LogEntry, 'container'>): string =>
    severalHosts ? `${bareName(container.host)} ${container.name}` : container.name
  const renderer = createLogRenderer({ terminal: out.style, prefix, timestamps, highlight: grep })
  return {
    render: (entry) => {
      const text = out.clean(entry.text)
      return isSought(text, grep) ? renderer.render({ ...entry, name: nameOf(entry), text }) : ''
    },
    tell: (note) => {
      const name = nameOf(note)
      renderer.know(name)
      if (note.change === 'started') out.note(`${name} started.`)
      if (note.change === 'unreadable')
        out.note(`The log of ${name} cannot be read: its logging driver does not support it.`)
      if (note.change === 'ended') out.note(`${name} ${describeExit(note.exitCode)}.`)
      if (note.change === 'stopped') out.note(describeStopped(name, note, clock.now()))
    },
    tellAbsence: ({ name, project }) => {
      const what = services.length === 0 ? `app ${project}` : services.join(', ')
      out.note(
        `There is no container of ${what} on ${name}, so there are no logs. \`dray status ${environment}\` shows what runs.`,
      )
    },
    tellMissing: (missing) => out.note(describeMissing(missing)),
  }
}

function describeMissing(missing: MissingLines): string {
  const names = missing.containers.map(({ name }) => name).join(', ')
  switch (missing.reason) {
    case 'down':
      return `Node ${missing.node} is down: the lines of ${names} are missing.`
    case 'silent':
      return `Node ${missing.node} sent nothing for 10 s: lines of ${names} may be missing.`
    case 'incomplete':
      return `Lines of ${names} may be missing: ${missing.words.trim()}`
  }
}

function describeStopped(
  name: string,
  { exitCode, endedAtMs }: Extract<LogNote, { change: 'stopped' }>,
  nowMs: number,
): string {
  if (endedAtMs === undefined) return `${name} was never started.`
  return `${name} is stopped: it ${describeExit(exitCode)} ${renderTimeAgo(nowMs - endedAtMs)}.`
}

function describeExit(exitCode: number | undefined): string {
  return exitCode === undefined ? 'ended' : `exited with code ${exitCode}`
}

function jsonLines({ options, out }: Style): Lines {
  return {
    render: ({ container, at, stream, text }) => {
      const line = out.clean(text)
      if (!isSought(line, options.grep)) return ''
      return renderJsonLine({
        type: 'log.line',
        at: Date.parse(at),
        ...containerOf(container),
        stream,
        line,
      } satisfies JsonResult & { at: number })
    },
    tell: (note) => {
      if (note.change === 'found') return
      const { change, container, ...others } = note
      const { endedAtMs, ...more } = { endedAtMs: undefined, ...others }
      const ended = endedAtMs === undefined ? {} : { endedAt: new Date(endedAtMs).toISOString() }
      out.json({ type: 'log.container', ...containerOf(container), change, ...more, ...ended })
    },
    tellAbsence: ({ name: host, project }) => out.json({ type: 'log.absent', host, project }),
    tellMissing: ({ node, containers, reason }) =>
      out.json({ type: 'log.missing', node, containers: containers.map(({ name }) => name), reason }),
  }
}

function containerOf({ host, service, name, node }: LogEntry['container']) {
  return { host, service, container: name, ...(node !== undefined && { node }) }
}

function isSought(text: string, pattern: RegExp | undefined): boolean {
  return pattern === undefined || pattern.test(text)
}
