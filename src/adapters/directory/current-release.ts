import type { Release } from '../../deploy/model/release.ts'
import type { AppPlace } from './app-place.ts'
import { isOwn } from './link-guard.ts'
import { runReadingScript, scriptFailure } from './host-script.ts'
import { readRelease } from './read-release.ts'
import { newestRelease, NO_DIRECTORY, passOn, RECORD_BYTES } from './scripts.ts'

/** Prints the record of the newest release, if any. */
export const currentReleaseScript = `
[ -d "$1" ] || exit ${NO_DIRECTORY}
path=$1
${passOn}
${isOwn}
${newestRelease}
[ -z "$newest" ] || ! is_own "$path/.dray/releases/$newest/release.json" ||
  pass_on ${RECORD_BYTES} < "$path/.dray/releases/$newest/release.json"
`

/**
 * The current release in an app's directory; undefined if dray has not deployed there yet. Takes no lock.
 * Throws PATH_NOT_WRITABLE if there is no such directory, and RECORD_UNREADABLE.
 */
export async function readCurrentRelease(
  { runner, path }: Pick<AppPlace, 'runner' | 'path'>,
  signal?: AbortSignal,
): Promise<Release | undefined> {
  const output = await runReadingScript(runner, currentReleaseScript, { args: [path], signal })
  if (output.exitCode !== 0) {
    throw scriptFailure(output, { host: runner.name, path, what: 'reading the release' })
  }
  return output.stdout.trim() === '' ? undefined : readRelease(output.stdout, path)
}
