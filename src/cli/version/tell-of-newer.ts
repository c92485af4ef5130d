import { readVersionCache, versionCachePath, writeVersionCache } from '../../adapters/own/version-cache.ts'
import { isNewer } from '../../shared/version/is-newer.ts'
import { version } from '../../shared/version/version.ts'
import type { CliContext } from '../command/context.ts'
import { findOwnProgram } from '../command/own-program.ts'
import { howToUpgrade } from './how-to-upgrade.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Prints a line on standard error if an earlier run learned of a newer version, at most once a day. Also at most once a day,
 * starts `dray --version --check` in the background, which asks npm and writes the answer to the cache for the next run. Only
 * reads and writes a small file itself; never waits, never throws.
 */
export function tellOfNewer({ env, clock, stderr, startInBackground }: CliContext): void {
  const path = versionCachePath(env)
  if (path === undefined) return
  const cache = readVersionCache(path)
  const now = clock.now()
  const newest = cache?.newest
  const tells = newest !== undefined && isNewer(newest, version) && isDue(cache?.printedAtMs, now)
  const asks = startInBackground !== undefined && isDue(cache?.askedAtMs, now)
  if (!tells && !asks) return
  // Written first: without the file, the line and the question would follow every command.
  const askedAtMs = asks ? now : (cache?.askedAtMs ?? 0)
  if (!writeVersionCache(path, { ...cache, askedAtMs, ...(tells && { printedAtMs: now }) })) return
  if (tells)
    stderr.write(
      `dray ${newest} is available, this is ${version}: ${howToUpgrade(findOwnProgram(), newest)}\n`,
    )
  if (asks) startInBackground(['--version', '--check'])
}

/** A time in the future comes from a clock that was wrong. */
function isDue(lastMs: number | undefined, nowMs: number): boolean {
  return lastMs === undefined || lastMs > nowMs || nowMs - lastMs >= DAY_MS
}
