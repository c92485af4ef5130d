import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { createHttp } from '../registry/registry-http.ts'

/** Reads files of a release by their names. */
export type ReleaseFiles = (name: string, maxBytes: number) => Promise<Uint8Array<ArrayBuffer>>

const ANSWER_MS = 20_000
const DOWNLOAD_MS = 15 * 60_000

/** The files at `place`, a URL or a directory. Throws UPGRADE_FAILED. */
export function openReleaseFiles(
  place: string,
  { clock, signal }: { clock: Clock; signal?: AbortSignal },
): ReleaseFiles {
  if (!/^https?:/.test(place)) return readLocally(place)
  const http = createHttp({ clock, answerMs: ANSWER_MS, requestMs: DOWNLOAD_MS })
  return async (name, maxBytes) => {
    const url = `${place.replace(/\/*$/, '')}/${name}`
    const { host } = new URL(url)
    const answer = await http({ host, url, maxBytes, ...(signal && { signal }) }).catch(
      (error: unknown): never => {
        signal?.throwIfAborted()
        const reason = error instanceof Error ? error.message : String(error)
        throw new DrayError('UPGRADE_FAILED', `${name} could not be downloaded. ${reason}`, { cause: error })
      },
    )
    if (answer.status === 200) return answer.body
    throw new DrayError('UPGRADE_FAILED', `${host} answered ${answer.status} for ${url}.`, {
      hint:
        answer.status === 404
          ? 'There is no such release, or it has no executable for this machine.'
          : 'Run the same command again later.',
    })
  }
}

function readLocally(directory: string): ReleaseFiles {
  return async (name) => {
    try {
      return new Uint8Array(await readFile(join(directory, name)))
    } catch (error) {
      throw new DrayError('UPGRADE_FAILED', `There is no file ${join(directory, name)} that can be read.`, {
        cause: error,
      })
    }
  }
}
