import { DrayError } from '../../errors/dray-error.ts'

/**
 * Calls `act` for every host side by side, and waits for all. Throws the first failure, with those of the other hosts among its
 * problems; with several hosts, each names its host. Throws the signal's reason at once: a host that went away may answer never.
 */
export async function onEachHost<T, R>(
  items: readonly T[],
  { nameOf, signal }: { nameOf: (item: T) => string; signal: AbortSignal },
  act: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  if (items.length === 1) return Promise.all(items.map(act))
  const settled = settleEachHost(items, nameOf, act)
  const { results, failures } = await Promise.race([settled, untilAborted(signal).then(() => signal)]).then(
    (it) => {
      if (it instanceof AbortSignal) throw it.reason
      return it
    },
  )
  if (failures.length > 0) throw joinFailures(failures)
  return results
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** The same, with the results of the hosts that did not fail. */
export async function settleEachHost<T, R>(
  items: readonly T[],
  nameOf: (item: T) => string,
  act: (item: T, index: number) => Promise<R>,
): Promise<{ results: R[]; failures: unknown[] }> {
  const outcomes = await Promise.allSettled(items.map(act))
  const results = outcomes.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
  const failures = outcomes.flatMap((it, index) => {
    const item = items[index]
    if (it.status === 'fulfilled' || item === undefined) return []
    return [items.length === 1 ? it.reason : nameHost(it.reason, nameOf(item))] as unknown[]
  })
  return { results, failures }
}

/** The same for something that takes no time. */
export function onEachNow<T, R>(items: readonly T[], nameOf: (item: T) => string, act: (item: T) => R): R[] {
  const failures: unknown[] = []
  const results = items.flatMap((item) => {
    try {
      return [act(item)]
    } catch (error) {
      failures.push(items.length === 1 ? error : nameHost(error, nameOf(item)))
      return []
    }
  })
  if (failures.length > 0) throw joinFailures(failures)
  return results
}

/** A failure of one of several hosts, with the host's name in its sentence. */
export function nameHost<E>(error: E, host: string): E | DrayError {
  if (!(error instanceof DrayError) || isNamed(host, error.message)) return error
  const { code, message, hint, details, temporary, exitCode } = error
  return new DrayError(code, `${host}: ${message}`, { hint, details, temporary, exitCode, cause: error })
}

/** Whether a sentence names a host. */
export function isNamed(host: string, message: string): boolean {
  const words = message.split(/[^\w.@:[\]-]+/).map((it) => it.replace(/[.:]+$/, ''))
  return words.includes(host)
}

/** The first failure, with the sentences of the others. */
export function joinFailures(failures: readonly unknown[]): unknown {
  const known = failures.filter((it) => it instanceof DrayError)
  const [first, ...others] = known
  if (first === undefined || others.length === 0 || known.length < failures.length)
    return first ?? failures[0]
  const { code, message, hint, details, temporary, exitCode } = first
  const problems = [...(details.problems ?? []), ...others.map((it) => it.message)]
  return new DrayError(code, message, {
    hint,
    details: { ...details, problems },
    temporary,
    exitCode,
    cause: first,
  })
}
