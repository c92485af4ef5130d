import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { isVersion } from '../../shared/version/is-newer.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { createHttp, type HttpAnswer } from '../registry/registry-http.ts'

const PUBLIC_REGISTRY = 'https://registry.npmjs.org'
/** The answer has a few kB. */
const MOST_BYTES = 1024 ** 2

const manifestSchema = z.object({ name: z.literal('dray'), version: z.string().refine(isVersion) })

export type NewestVersionRequest = {
  /** npm's variable `npm_config_registry` selects another registry. */
  env: Readonly<Record<string, string | undefined>>
  clock: Clock
  signal?: AbortSignal
  /** Time limit for the whole answer. */
  limitMs?: number
}

/**
 * The newest version of dray, as npm's tag `latest` has it. Sends one GET without any data about this machine.
 * https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md#getpackageversion
 * Throws NEWEST_UNKNOWN.
 */
export async function fetchNewestVersion(request: NewestVersionRequest): Promise<string> {
  const { env, clock, signal, limitMs = 10_000 } = request
  const registry = env['npm_config_registry'] || PUBLIC_REGISTRY
  const base = URL.canParse(registry) ? new URL(registry) : undefined
  if (base === undefined || !/^https?:$/.test(base.protocol))
    throw new DrayError('NEWEST_UNKNOWN', 'npm_config_registry is not a URL that starts with https://.')
  const { host } = base
  const url = new URL(`${base.pathname.replace(/\/*$/, '/')}dray/latest`, base.origin).href
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
  return readManifest(answer, host)
}

function readManifest({ status, body }: HttpAnswer, host: string): string {
  if (status === 404) throw new DrayError('NEWEST_UNKNOWN', `${host} has no package dray.`)
  if (status !== 200) throw new DrayError('NEWEST_UNKNOWN', `${host} answered ${status} for dray.`)
  const { data } = manifestSchema.safeParse(parseJson(body))
  if (data === undefined)
    throw new DrayError('NEWEST_UNKNOWN', `The answer of ${host} names no version of dray.`)
  return data.version
}
