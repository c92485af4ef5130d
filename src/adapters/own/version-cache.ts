import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { isVersion } from '../../shared/version/is-newer.ts'
import { parseJson } from '../../shared/parse-json.ts'

const cacheSchema = z.object({
  /** When npm was last asked, in milliseconds since the epoch. */
  askedAtMs: z.number(),
  /** Its last answer. */
  newest: z.string().refine(isVersion).optional(),
  /** When the line about a newer version was last printed. */
  printedAtMs: z.number().optional(),
})

/** What is remembered of the newest version from run to run. */
export type VersionCache = z.infer<typeof cacheSchema>

/**
 * Its file, in the user's directory for caches; undefined without one.
 * https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function versionCachePath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const cache = env['XDG_CACHE_HOME'] || (env['HOME'] && join(env['HOME'], '.cache'))
  return cache ? join(cache, 'dray', 'newest-version.json') : undefined
}

/** Reads the file; undefined if it does not exist or is not readable. */
export function readVersionCache(path: string): VersionCache | undefined {
  try {
    return cacheSchema.safeParse(parseJson(readFileSync(path))).data
  } catch {
    return undefined
  }
}

/** Replaces the file. Returns whether it could: a home without write access is no failure. */
export function writeVersionCache(path: string, cache: VersionCache): boolean {
  const temporary = `${path}.${randomUUID()}`
  try {
    // Not `recursive`: where the kernel answers ENOENT for a directory that exists, as below /proc, Node 20 never returns.
    for (const directory of [dirname(dirname(path)), dirname(path)])
      if (!existsSync(directory)) mkdirSync(directory)
    writeFileSync(temporary, JSON.stringify(cache))
    renameSync(temporary, path)
    return true
  } catch {
    rmSync(temporary, { force: true })
    return false
  }
}
