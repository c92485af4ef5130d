import { createReleaseArchive } from '../../../../adapters/directory/release-archive.ts'
import { readHistory, type Attempt } from '../../../../deploy/releases/history.ts'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { unknownEnvironment } from '../../../../operations/status/make-status.ts'
import type { EnvironmentStatus, KnownHost } from '../../../../operations/status/status.ts'
import type { EnvironmentView, Overview } from '../../../../ui/page/model.ts'
import type { CliContext } from '../../../command/context.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { observeEnvironment, type OnHost } from '../ask-status.ts'
import type { WatchedEnvironment } from './load-watched.ts'

/** Time between two looks at a host: while all is well, during a deploy, and while it does not answer. */
export const PACE_MS = { calm: 10_000, deploying: 3_000, unknown: 5_000 }

export type Watched = { app: string; mayWrite: boolean; environments: readonly WatchedEnvironment[] }

/** The state of every environment, read while it is followed. */
export type Watch = { follow(send: (overview: Overview) => void): Disposable }

type WatchPorts = {
  onHost: OnHost
  context: CliContext
  /** Makes each text safe. */
  clean: <T>(value: T) => T
  /** Also reads the last deploy of each host, after each change of it. */
  readsAttempts: boolean
}

/** Hosts are read only while there is a follower; all followers get the same. */
export function watchEnvironments({ app, mayWrite, environments }: Watched, ports: WatchPorts): Watch {
  const { context, clean } = ports
  const followers = new Set<(overview: Overview) => void>()
  const views = new Map(environments.map((it) => [it.name, firstView(it)]))
  let stopReading = new AbortController()

  const overview = (): Overview => ({ app, mayWrite, environments: [...views.values()] })
  const read = async ({ name, input }: { name: string; input: EnvironmentInput }): Promise<void> => {
    const { signal } = stopReading
    while (!signal.aborted) {
      const before = views.get(name) ?? emptyView(name)
      const view = await readView(input, before, ports)
      views.set(name, clean(view))
      for (const send of followers) send(overview())
      await context.clock.sleep(paceOf(view.status), signal).catch(() => undefined)
    }
  }
  const start = (): void => {
    stopReading = new AbortController()
    for (const it of environments) {
      if ('input' in it) void read(it)
    }
  }

  return {
    follow: (send) => {
      followers.add(send)
      send(overview())
      if (followers.size === 1) start()
      return {
        [Symbol.dispose]: () => {
          if (followers.delete(send) && followers.size === 0) stopReading.abort()
        },
      }
    },
  }
}

function firstView(it: WatchedEnvironment): EnvironmentView {
  return 'input' in it ? emptyView(it.name) : { ...emptyView(it.name), status: it.unreadable }
}

function emptyView(environment: string): EnvironmentView {
  return { environment, status: undefined, lastKnown: {}, lastAttempts: {}, readAtMs: undefined }
}

function paceOf(status: EnvironmentStatus | undefined): number {
  if (status?.verdict === 'unknown') return PACE_MS.unknown
  return status?.hosts.some((host) => 'lock' in host) === true ? PACE_MS.deploying : PACE_MS.calm
}

/** One look: a round trip for each host, and another for its last deploy after a change of release or lock. */
async function readView(
  input: EnvironmentInput,
  before: EnvironmentView,
  { onHost, context, readsAttempts }: WatchPorts,
): Promise<EnvironmentView> {
  const status = await observeEnvironment(input, onHost, context).catch((error: unknown) =>
    unknownEnvironment(before.environment, failureFrom(toDrayError(error))),
  )
  const readAtMs = context.clock.now()
  const lastKnown = { ...before.lastKnown }
  const lastAttempts = { ...before.lastAttempts }
  const { path } = input.config.environment
  await Promise.all(
    status.hosts.map(async (host) => {
      if (host.verdict === 'unknown') return
      const known = before.lastKnown[host.host]?.status
      lastKnown[host.host] = { readAtMs, status: host }
      if (!readsAttempts || (known !== undefined && deployOf(known) === deployOf(host))) return
      const attempt = await onHost(host.host, (runner) =>
        readLastAttempt(createReleaseArchive({ runner, path }), context.signal),
      ).catch(() => undefined)
      if (attempt !== undefined) lastAttempts[host.host] = attempt
    }),
  )
  return { environment: before.environment, status, lastKnown, lastAttempts, readAtMs }
}

async function readLastAttempt(
  archive: ReturnType<typeof createReleaseArchive>,
  signal: AbortSignal,
): Promise<Attempt | undefined> {
  return readHistory(await archive.read(2, signal), 1)[0]
}

/** Changes with every deploy, also one that fails. */
function deployOf(host: EnvironmentStatus['hosts'][number]): string {
  const { release, lock } = host as KnownHost
  return `${release?.id ?? ''} ${lock === undefined ? '' : 'locked'}`
}
