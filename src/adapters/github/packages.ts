import * as z from 'zod'
import { isDigest, isTag, type Digest } from '../../deploy/model/image-reference.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { PackageVersion } from '../../operations/images/package-version.ts'
import type { Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { retry } from '../../shared/retry.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import type { Http, HttpAnswer } from '../registry/registry-http.ts'
import { parseRetryAfter } from '../registry/retry-after.ts'

export type PackagesOptions = {
  http: Http
  /** `https://api.github.com` */
  apiUrl: string
  owner: string
  token: Secret
  clock: Clock
}

/** Result of deleting a version. */
export type Deletion = { kind: 'deleted' } | { kind: 'gone already' } | { kind: 'refused'; why: string }

/** Container packages of one owner on GitHub. Methods throw PACKAGES_DENIED, PACKAGES_FAILED and REGISTRY_UNREACHABLE. */
export interface Packages {
  /** All versions; undefined if there is no such package. */
  versions(name: string, signal: AbortSignal): Promise<readonly PackageVersion[] | undefined>
  /** `refused`: GitHub does not delete the last version, or one with more than 5,000 downloads. */
  remove(name: string, version: PackageVersion, signal: AbortSignal): Promise<Deletion>
}

const PAGE = 100
const MOST_PAGES = 1000
const ANSWER_BYTES = 4 * 1024 ** 2
/** GitHub allows 900 points per minute; a deletion costs five, so 180 deletions without other requests. */
const DELETIONS_A_MINUTE = 150
const LONGEST_WAIT_MS = 120_000
/** Maximum length of GitHub's text in a message. */
const LONGEST_MESSAGE = 500

/** https://docs.github.com/en/rest/packages/packages */
export function createPackages({ http, apiUrl, owner, token, clock }: PackagesOptions): Packages {
  const { host } = new URL(apiUrl)
  let root: Promise<string> | undefined
  let deletions = 0

  const ask = async (
    path: string,
    signal: AbortSignal,
    method: 'GET' | 'DELETE' = 'GET',
  ): Promise<HttpAnswer> => {
    const attempt = async (): Promise<HttpAnswer> => {
      const answer = await http({
        host,
        url: `${apiUrl}${path}`,
        method,
        headers: {
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
        },
        authorization: { scheme: 'bearer', token },
        maxBytes: ANSWER_BYTES,
        signal,
      })
      if (isBusy(answer)) throw busy(answer, host, clock.now())
      return answer
    }
    const waitOf = (error: unknown): number | undefined => (error instanceof Busy ? error.waitMs : undefined)
    return retry(attempt, { clock, deadlineMs: LONGEST_WAIT_MS, waitOf, signal })
  }

  /** Organizations and users have different URLs. */
  const rootOf = async (signal: AbortSignal): Promise<string> => {
    const answer = await ask(`/users/${owner}`, signal)
    if (answer.status !== 200) throw refusal(answer, { host, what: `reading the account ${owner}` })
    const { type } = read(z.object({ type: z.string() }), answer, host)
    return type === 'Organization' ? `/orgs/${owner}` : `/users/${owner}`
  }

  const packageUrl = async (name: string, signal: AbortSignal): Promise<string> =>
    `${await (root ??= rootOf(signal))}/packages/container/${encodeURIComponent(name)}`

  return {
    versions: async (name, signal) => {
      const url = await packageUrl(name, signal)
      const found = new Map<number, PackageVersion>()
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const answer = await ask(`${url}/versions?state=active&per_page=${PAGE}&page=${page}`, signal)
        if (answer.status === 404 && page === 1) return undefined
        if (answer.status !== 200) throw refusal(answer, { host, what: `reading the versions of ${name}` })
        const versions = read(versionsSchema, answer, host)
        const before = found.size
        // A push meanwhile moves others to the next page.
        for (const version of versions) found.set(version.id, toVersion(version))
        if (versions.length < PAGE) return [...found.values()]
        if (found.size === before)
          throw new DrayError('PACKAGES_FAILED', `${host} returned the same versions of ${name} repeatedly.`)
      }
      throw new DrayError(
        'PACKAGES_FAILED',
        `${host} returned more than ${MOST_PAGES} pages of versions of ${name}.`,
      )
    },
    remove: async (name, version, signal) => {
      const answer = await ask(`${await packageUrl(name, signal)}/versions/${version.id}`, signal, 'DELETE')
      if (answer.status === 404) return { kind: 'gone already' }
      if (answer.status >= 200 && answer.status < 300) {
        deletions += 1
        if (deletions % DELETIONS_A_MINUTE === 0) await clock.sleep(60_000, signal)
        return { kind: 'deleted' }
      }
      const message = messageOf(answer)
      if (/5,?000 downloads|last (tagged )?version/i.test(message)) return { kind: 'refused', why: message }
      throw refusal(answer, { host, what: `deleting version ${version.id} of ${name}` })
    },
  }
}

const tag = z.string().refine(isTag)
const versionsSchema = z
  .array(
    z.object({
      id: z.int().positive(),
      name: z.custom<Digest>((value) => typeof value === 'string' && isDigest(value)),
      created_at: z.string(),
      updated_at: z.string().optional(),
      metadata: z.object({ container: z.object({ tags: z.array(tag) }) }).optional(),
    }),
  )
  .max(PAGE)

function toVersion(version: z.infer<typeof versionsSchema>[number]): PackageVersion {
  const { id, name: digest, created_at: createdAt, updated_at: updatedAt, metadata } = version
  const createdAtMs = timeOf(createdAt)
  const changedAtMs = Math.max(createdAtMs, updatedAt === undefined ? 0 : timeOf(updatedAt))
  return { id, digest, tags: metadata?.container.tags ?? [], createdAtMs, changedAtMs }
}

/** A version without a time counts as new, so it stays. */
function timeOf(text: string): number {
  const timeMs = Date.parse(text)
  return Number.isNaN(timeMs) ? Infinity : timeMs
}

/** An unknown answer must not count as an empty one. */
function read<Shape>(schema: z.ZodType<Shape>, { body }: HttpAnswer, host: string): Shape {
  const parsed = schema.safeParse(parseJson(body))
  if (parsed.success) return parsed.data
  throw new DrayError('PACKAGES_FAILED', `${host} sent an answer in an unknown format.`)
}

function refusal(answer: HttpAnswer, { host, what }: { host: string; what: string }): DrayError {
  const { status } = answer
  if (status === 401 || status === 403 || status === 404)
    return new DrayError('PACKAGES_DENIED', `${host} refused ${what} (${status}): ${messageOf(answer)}.`)
  return new DrayError('PACKAGES_FAILED', `${host} failed at ${what} (${status}): ${messageOf(answer)}.`)
}

function messageOf({ body }: HttpAnswer): string {
  const message =
    z.object({ message: z.string() }).safeParse(parseJson(body)).data?.message ?? 'no reason given'
  return cutText(message.replace(/\.$/, ''), LONGEST_MESSAGE)
}

class Busy extends DrayError {
  readonly waitMs: number | undefined

  constructor(message: string, waitMs: number | undefined) {
    super('PACKAGES_FAILED', message, { temporary: true })
    this.waitMs = waitMs
  }
}

/** Too many requests, which GitHub may report with 403, and temporary failures. */
function isBusy({ status, headers, body }: HttpAnswer): boolean {
  if (status === 429 || status >= 500) return true
  if (status !== 403) return false
  return (
    headers.get('retry-after') !== null ||
    headers.get('x-ratelimit-remaining') === '0' ||
    /rate limit/i.test(messageOf({ status, headers, body }))
  )
}

function busy(answer: HttpAnswer, host: string, nowMs: number): Busy {
  const { status, headers } = answer
  const resetMs = Number(headers.get('x-ratelimit-reset') ?? NaN) * 1000 - nowMs
  const waitMs = parseRetryAfter(headers.get('retry-after'), '', nowMs) ?? (resetMs > 0 ? resetMs : undefined)
  return new Busy(`${host} is overloaded or limits requests (${status}): ${messageOf(answer)}.`, waitMs)
}
