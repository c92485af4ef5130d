import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { isVersion } from '../../shared/version/is-newer.ts'
import { newestReleaseUrl } from '../../shared/version/releases-url.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { createHttp, type HttpAnswer } from '../registry/registry-http.ts'

/** The answer has a few kB, most of them the notes. */
const MOST_BYTES = 1024 ** 2

const releaseSchema = z.object({ tag_name: z.templateLiteral(['v', z.string()]) })

export type NewestVersionRequest = {
  /** `DRAY_VERSION_URL` replaces the address, for a mirror. */
  env: Readonly<Record<string, string | undefined>>
  clock: Clock
  signal?: AbortSignal
  /** Time limit for the whole answer. */
  limitMs?: number
}

/**
 * The newest version of dray, by its newest release on GitHub that is no pre-release. Sends one GET without any data about this machine.
 * Throws NEWEST_UNKNOWN.
 */
export async function fetchNewestVersion(request: NewestVersionRequest): Promise<string> {
  const { env, clock, signal, limitMs = 10_000 } = request
  const url = env['DRAY_VERSION_URL'] || newestReleaseUrl
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new DrayError('NEWEST_UNKNOWN', 'DRAY_VERSION_URL is not a URL that starts with https://.')
  const { host } = new URL(url)
  const headers = { accept: 'application/json' }
  const http = createHttp({ clock, answerMs: limitMs, requestMs: limitMs })
  const answer = await http({ host, url, headers, maxBytes: MOST_BYTES, ...(signal && { signal }) }).catch(
    (error: unknown): never => {
      signal?.throwIfAborted()
      throw new DrayError('NEWEST_UNKNOWN', error instanceof Error ? error.message : String(error), {
        cause: error,
      })
    },
  )
  return readRelease(answer, host)
}

function readRelease({ status, body }: HttpAnswer, host: string): string {
  if (status === 404) throw new DrayError('NEWEST_UNKNOWN', `${host} has no release of dray.`)
  if (status !== 200) throw new DrayError('NEWEST_UNKNOWN', `${host} answered ${status} for dray.`)
  const version = releaseSchema.safeParse(parseJson(body)).data?.tag_name.slice(1)
  if (version === undefined || !isVersion(version))
    throw new DrayError('NEWEST_UNKNOWN', `The answer of ${host} names no version of dray.`)
  return version
}
