import { DrayError } from '../../../errors/dray-error.ts'
import type { Container } from '../../model/container.ts'
import type { Engine, ExecResult } from '../../model/ports.ts'
import { logOf } from '../container-log.ts'
import { promiseOfEvent } from '../promise-of-event.ts'
import type { Switched } from './switch-request.ts'

/** Shell function `any_of`: whether one word of the first list is in the second. */
export const anyOf = `
any_of() {
  for wanted in $1; do
    case " $2 " in *" $wanted "*) return 0 ;; esac
  done
  return 1
}
`

/**
 * Shell functions that wait for the workers of a proxy: for one that is not in `$old`, with exit code 4 after ten seconds, and
 * for the exit of those in `$old`, with exit code 5 after `$limit` seconds. They need `any_of` and a function `workers`.
 */
export const workerWaits = `
any_new() {
  for pid in $1; do
    case " $2 " in *" $pid "*) ;; *) return 0 ;; esac
  done
  return 1
}

until_new_worker() {
  turn=0
  until any_new "$(workers)" "$old"; do
    turn=$((turn + 1))
    [ $turn -lt 500 ] || exit 4
    sleep 0.02
  done
}

until_old_workers_exit() {
  turn=0
  while any_of "$old" "$(workers)"; do
    turn=$((turn + 1))
    [ $turn -lt $((limit * 20)) ] || exit 5
    sleep 0.05
  done
}
`

/** Printed by a script when only new workers accept connections; it then waits for the old workers to exit. */
export const SWITCHED = 'dray-turned'

/** Printed by a script when it waits for another process to make the proxy reload. */
export const READY = 'dray-ready'

/** Exit codes that every script has. */
const REJECTED = 3
const STILL_BUSY = 5

/** A proxy in whose container a script runs. */
export type ScriptTarget = {
  engine: Engine
  proxy: Container
  /** For messages: `nginx`. */
  program: string
}

/**
 * Runs a script that switches traffic, as root; resolves when it has printed SWITCHED. `onReady` is called when it prints READY.
 * `drained` of the result is whether it ended within its time limit. Throws PROXY_CONFIG_INVALID and PROXY_FAILED. An abort
 * ends the wait, not the script.
 */
export async function runSwitchScript(
  argv: readonly string[],
  target: ScriptTarget & { signal: AbortSignal | undefined },
  onReady?: () => Promise<unknown>,
): Promise<Switched> {
  const { engine, proxy, signal } = target
  const { promise: switched, resolve: reportSwitched } = promiseOfEvent()
  const ended = engine.exec(proxy.id, argv, {
    user: '0',
    onLine: (line) => {
      if (line === SWITCHED) reportSwitched()
      // A failure ends the script by its time limit.
      if (line === READY) onReady?.().catch(() => undefined)
    },
  })
  const drained = ended.then(async (result) => {
    if (result.exitCode !== 0 && result.exitCode !== STILL_BUSY) throw await explainEnd(result, target)
    return result.exitCode === 0
  })
  // The caller that awaits it handles its failure; after a failed deploy there is no such caller.
  drained.catch(() => undefined)
  await Promise.race([switched, drained, rejectionBy(signal)])
  return { drained }
}

/** Runs a command that tests a proxy's configuration, as the user that the container has, or as root. Throws PROXY_CONFIG_INVALID. */
export async function testConfiguration(
  argv: readonly string[],
  target: ScriptTarget,
  options: { user?: '0' } = {},
): Promise<void> {
  const { exitCode, output } = await target.engine.exec(target.proxy.id, argv, options)
  if (exitCode !== 0) throw await explainEnd({ exitCode, output }, target)
}

/** Why a script ended without a switch: PROXY_CONFIG_INVALID or PROXY_FAILED. */
async function explainEnd(
  { exitCode, output }: ExecResult,
  { engine, proxy, program }: ScriptTarget,
): Promise<DrayError> {
  const details = { logOf: `${program} in ${proxy.name}`, logTail: output.trim().split('\n').slice(-8) }
  if (exitCode === REJECTED) {
    return new DrayError(
      'PROXY_CONFIG_INVALID',
      `${program} in ${proxy.service} rejected its configuration.`,
      {
        details,
      },
    )
  }
  return new DrayError('PROXY_FAILED', `${program} in ${proxy.service} did not load its new configuration.`, {
    details: { ...(await logOf(engine, proxy)), ...(output.trim() === '' ? {} : details) },
  })
}

/** Never resolves; rejects with the signal's reason. */
function rejectionBy(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason as Error)
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}

/** Whether a container's processes run as root. */
export function isRootUser({ user }: Container): boolean {
  return /^(root|0)?(:|$)/.test(user)
}

/** A time limit as the scripts take it: at least a second. */
export function wholeSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)))
}
