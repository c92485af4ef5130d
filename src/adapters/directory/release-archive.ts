import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import * as z from 'zod'
import type { BundleFile } from '../../deploy/model/ports.ts'
import type { JournalEntry } from '../../deploy/model/lock.ts'
import type { ReleaseArchive } from '../../deploy/releases/release-archive.ts'
import { RECORD_FORMAT } from '../../deploy/model/record-format.ts'
import { RELEASE_ID, releaseNumber, type Release } from '../../deploy/model/release.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import type { RunOptions, CommandRunner } from '../host/command-runner.ts'
import { runScript, scriptFailure } from './host-script.ts'
import { readRelease } from './read-release.ts'
import { ARCHIVE_BYTES, archiveScript, BUNDLE_TEXT_BYTES, bundleScript } from './release-scripts.ts'
import { parseSections, sectionText } from './sections.ts'
import { timeMs } from './time-ms.ts'
import { refuseNewer } from './written-by.ts'

/**
 * The archived releases in the app's directory `path` on the host of `runner`. With `steps: 'all'` the journal is read with
 * every step, else with tasks and failures alone.
 */
export function createReleaseArchive({
  runner,
  path,
  steps = 'some',
  timeoutMs,
}: {
  runner: CommandRunner
  path: string
  steps?: 'all' | 'some'
  /** How long a reading may take at most; without it, any time. */
  timeoutMs?: number
}): ReleaseArchive {
  const run = async (script: string, options: RunOptions & { args: string[] }): Promise<string> => {
    const output = await runScript(runner, script, {
      ...options,
      ...(timeoutMs !== undefined && { timeoutMs }),
      args: [path, ...options.args],
    })
    if (output.exitCode === 0) return output.stdout
    throw scriptFailure(output, { host: runner.name, path, what: 'reading the releases' })
  }

  return {
    read: async (releases, signal) => {
      const options = { args: [String(releases), steps], mostBytes: ARCHIVE_BYTES, signal }
      const sections = parseSections(await run(archiveScript, options))
      return {
        releases: sections
          .filter(({ name }) => name === 'release')
          .map(({ text }) => readRelease(text, path))
          .sort((a, b) => releaseNumber(a.id) - releaseNumber(b.id)),
        journal: readJournal(sectionText(sections, 'journal-backwards') ?? '', path).reverse(),
        journalBytes: Number(sectionText(sections, 'journal-bytes')),
        isLockFree: ['lock-before', 'lock-after'].every((name) => sectionText(sections, name) === 'free'),
      }
    },
    files: async (release, signal) => {
      const text = await run(bundleScript, { args: [release.id], mostBytes: BUNDLE_TEXT_BYTES, signal })
      return readBundle(text, release).catch((error: unknown) => {
        throw new DrayError(
          'RECORD_UNREADABLE',
          `The files of release ${release.id} in ${path}/.dray/releases on ${runner.name} differ from its record.`,
          { hint: 'Roll back to another release, or deploy the tag of this one.', cause: error },
        )
      })
    },
  }
}

/** Text compresses to about a tenth; data that compresses to less than a hundredth is meant to fill the memory. */
const HIGHEST_RATIO = 100
const SMALL_BYTES = 64 * 1024 ** 2
const MOST_BYTES = 1024 ** 3

/** The recorded files. Throws if one is missing or differs. */
async function readBundle(text: string, release: Release): Promise<BundleFile[]> {
  const packed = Buffer.from(text, 'base64')
  const maxOutputLength = Math.min(Math.max(SMALL_BYTES, packed.length * HIGHEST_RATIO), MOST_BYTES)
  const entries = await unpackTar(gunzipSync(packed, { maxOutputLength }))
  const byPath = new Map(entries.map((entry) => [entry.header.name.replace(/^\.\//, ''), entry]))
  return Object.entries(release.files).map(([path, sha256]) => {
    const entry = byPath.get(path)
    const content = entry?.data ?? new Uint8Array()
    if (entry === undefined || createHash('sha256').update(content).digest('hex') !== sha256) {
      throw new Error(`${path} has changed.`)
    }
    return { path, content, mode: (entry.header.mode ?? 0o644) & 0o777 }
  })
}

const entrySchema = z.looseObject({
  version: z.literal(RECORD_FORMAT),
  at: timeMs,
  release: z.string().regex(RELEASE_ID),
  event: z.string(),
})

/** Incomplete lines are skipped. Throws RECORD_NEWER if one has a higher format; `where` is the app's directory. */
export function readJournal(text: string, where: string): JournalEntry[] {
  return text.split('\n').flatMap((line) => {
    const value = parseJson(line)
    refuseNewer(value, where)
    const entry = entrySchema.safeParse(value)
    return entry.success ? [entry.data] : []
  })
}
