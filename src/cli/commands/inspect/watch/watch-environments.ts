import { createReleaseArchive } from '../../../../adapters/directory/release-archive.ts'
import { readToldHistory } from '../../../../adapters/gate/told-history.ts'
import type { CommandRunner } from '../../../../adapters/host/command-runner.ts'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { readHistory } from '../../../../deploy/releases/history.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { nameEnvironment } from '../../../../shared/name-environment.ts'
import type { EnvironmentView, Overview } from '../../../../ui/page/model.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import type { CliContext } from '../../../command/context.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { observeHost, type OnHost } from '../ask-status.ts'
import type { ThroughGate } from '../through-gate.ts'
import type { WatchedConfig, WatchedEnvironment } from './load-watched.ts'
import { LOOK_MS, PACE_MS } from './pace.ts'
import { WatchedHosts, type LastAttempt } from './watched-hosts.ts'

export type Watched = { app: string; mayWrite: boolean; config: WatchedConfig }

/** The state of every environment, read while it is followed. */
export type Watch = {
  follow(send: (overview: Overview) => void): Disposable
  /** The clock of a host minus that of this machine; 0 until the host was read. */
  offsetMs(environment: string, host: string): number
  /**
   * Differs when there is something new to read about the deploys of a host, and with each look while one is under way. Undefined
   * while the host does not answer.
   */
  newsOf(environment: string, host: string): string | undefined
}

type WatchPorts = {
  onHost: OnHost
  context: CliContext
  /** Makes each text safe. */
  clean: <T>(value: T) => T
  /** Also reads the last deploy of each host, after each change of it. */
  readsAttempts: boolean
}

/**
 * Hosts are read only while there is a follower; all followers get the same. Each host is read at its own pace, so that one that
 * hangs delays no other, and dray.yml is read again when it changes.
 */
export function watchEnvironments({ app, mayWrite, config }: Watched, ports: WatchPorts): Watch {
  const { context, clean } = ports
  const followers = new Set<(overview: Overview) => void>()
  const named = <T>(value: T, name: string): T =>
    cleanValue(clean(value), (text) => nameEnvironment(text, name))
  const openAll = (): Map<string, KnownEnvironment> =>
    new Map(config.environments.map((it) => [it.name, openEnvironment(it, named)]))
  let known = openAll()
  // The last follower may go in the middle of a reload, which does not say again that dray.yml has changed.
  let version = config.version
  let stopReading = new AbortController()

  const send = (): void => {
    const environments = [...known.values()].map(({ view }) => view)
    for (const follower of followers) follower({ app, mayWrite, environments, nowMs: context.clock.now() })
  }
  const start = (): void => {
    stopReading = new AbortController()
    const signal = AbortSignal.any([context.signal, stopReading.signal])
    for (const it of known.values()) {
      const { hosts, input } = it
      if (hosts === undefined || input === undefined) continue
      const publish = (): void => {
        it.view = named(hosts.view(), input.config.environment.name)
        send()
      }
      for (const host of input.config.environment.hosts)
        void followHost({ host, hosts, input, publish }, ports, signal)
    }
    void followConfig(signal)
  }
  const followConfig = async (signal: AbortSignal): Promise<void> => {
    const isOver = (): boolean => signal.aborted
    while (!isOver()) {
      const hasChanged = await config.reload()
      if (isOver()) return
      if (hasChanged || config.version !== version) {
        stopReading.abort()
        version = config.version
        known = openAll()
        send()
        start()
        return
      }
      await context.clock.sleep(PACE_MS.calm, signal).catch(() => undefined)
    }
  }

  return {
    follow: (follower) => {
      followers.add(follower)
      const environments = [...known.values()].map(({ view }) => view)
      follower({ app, mayWrite, environments, nowMs: context.clock.now() })
      if (followers.size === 1) start()
      return {
        [Symbol.dispose]: () => {
          if (followers.delete(follower) && followers.size === 0) stopReading.abort()
        },
      }
    },
    offsetMs: (environment, host) => known.get(environment)?.hosts?.offsetMs(host) ?? 0,
    newsOf: (environment, host) => known.get(environment)?.hosts?.newsOf(host),
  }
}

type KnownEnvironment = {
  view: EnvironmentView
  input: EnvironmentInput | undefined
  hosts: WatchedHosts | undefined
}

function openEnvironment(it: WatchedEnvironment, named: <T>(value: T, name: string) => T): KnownEnvironment {
  if ('input' in it) {
    const hosts = new WatchedHosts(it.input)
    return { view: hosts.view(), input: it.input, hosts }
  }
  const nothing = { reading: [], lastKnown: {}, lastAttempts: {}, journalBytes: {}, readAtMs: undefined }
  return {
    view: { environment: it.name, status: named(it.unreadable, it.name), ...nothing },
    input: undefined,
    hosts: undefined,
  }
}

type Followed = { host: string; hosts: WatchedHosts; input: EnvironmentInput; publish: () => void }

/** Looks at one host until the signal aborts. What a look finds after that is dropped: another may have begun. */
async function followHost(followed: Followed, ports: WatchPorts, signal: AbortSignal): Promise<void> {
  const { host, hosts, input, publish } = followed
  const context = { ...ports.context, signal }
  const { clock } = context
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    const asked = { input, onHost: ports.onHost, timeoutMs: LOOK_MS, askMs: 0 }
    const seen = await observeHost(host, asked, context).catch((error: unknown) => ({
      host,
      failure: failureFrom(toDrayError(error)),
    }))
    if (isOver()) return
    hosts.take(seen, clock.now())
    publish()
    if (ports.readsAttempts && (await takeAttempt(followed, ports, signal)) && !isOver()) publish()
    await clock.sleep(paceOf(hosts, host), signal).catch(() => undefined)
  }
}

/** Reads the last attempt of a host that has another one than before; one that cannot be read is read again later. */
async function takeAttempt(
  { host, hosts, input }: Followed,
  { onHost, context: { clock } }: WatchPorts,
  signal: AbortSignal,
): Promise<boolean> {
  const key = hosts.attemptKey(host)
  if (key === undefined || !hosts.isAttemptDue(host, clock.now())) return false
  const { path } = input.config.environment
  try {
    const read = async (runner: CommandRunner): Promise<LastAttempt[]> => {
      const archive = createReleaseArchive({ runner, path, timeoutMs: LOOK_MS })
      return [{ host, attempt: readHistory(await archive.read(2, signal), 1)[0] }]
    }
    const through: ThroughGate<LastAttempt[]> = {
      ...{ request: 'history --json', path, signal, timeoutMs: LOOK_MS },
      read: (answer) =>
        readToldHistory(answer, { host, limit: 1 }).map((told) =>
          'error' in told
            ? { host: told.host, isUnread: true }
            : { host: told.host, attempt: told.attempts[0] },
        ),
    }
    hosts.takeAttempts(host, key, { found: await onHost(host, read, through), atMs: clock.now() })
    return true
  } catch (error) {
    // The key may not ask for it: it is asked again after the next deploy.
    const isRefused = error instanceof DrayError && error.code === 'GATE_REFUSED'
    hosts.takeAttempts(host, key, { found: isRefused ? [] : undefined, atMs: clock.now() })
    return false
  }
}

function paceOf(hosts: WatchedHosts, host: string): number {
  const isKnown = hosts.statusesOf(host).some(({ verdict }) => verdict !== 'unknown')
  if (!isKnown) return PACE_MS.unknown
  return hosts.isLocked(host) ? PACE_MS.deploying : PACE_MS.calm
}
