import { retry } from '../../shared/retry.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import { httpFetch, networkCode, type FetchAnswer } from '../http/http-fetch.ts'
import { parseRetryAfter } from '../registry/retry-after.ts'

/** Time limit for the answer to one request. */
const ANSWER_MS = 3_000
/** A second request starts within this time or not at all: a notification must not delay the deploy. */
const RETRY_WITHIN_MS = 2_500

/** Why nothing was sent; never includes the URL, which is a secret except for its host. */
class PostFailed extends Error {
  readonly temporary: boolean
  readonly retryAfterMs: number | undefined

  constructor(why: string, { temporary, retryAfterMs }: { temporary: boolean; retryAfterMs?: number }) {
    super(why)
    this.temporary = temporary
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * Posts JSON to a URL, at most twice: after a 429, a 5xx or a failed connection there is one retry, if it can happen
 * soon. Returns a sentence on the failure, with the host only; undefined after success. Never throws, and takes a few
 * seconds at most.
 */
export async function postJson(
  address: Secret,
  body: unknown,
  { clock, answerMs = ANSWER_MS }: { clock: Clock; answerMs?: number },
): Promise<string | undefined> {
  const url = URL.canParse(address.reveal()) ? new URL(address.reveal()) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'The URL must start with https://.'
  const waitOf = (error: unknown) => (error instanceof PostFailed ? error.retryAfterMs : undefined)
  try {
    const post = (): Promise<void> => postOnce(url, JSON.stringify(body), { clock, answerMs })
    await retry(post, { clock, attempts: 2, deadlineMs: RETRY_WITHIN_MS, waitOf })
    return undefined
  } catch (error) {
    return `${url.host} ${error instanceof PostFailed ? error.message : 'could not be reached'}.`
  }
}

async function postOnce(
  url: URL,
  body: string,
  { clock, answerMs }: { clock: Clock; answerMs: number },
): Promise<void> {
  using limit = startTimeLimit(answerMs)
  const { signal } = limit
  let response: FetchAnswer
  try {
    const headers = { 'content-type': 'application/json', 'user-agent': 'dray' }
    response = await httpFetch(url.href, { method: 'POST', headers, body, signal, redirect: 'manual' })
  } catch (error) {
    const code = networkCode(error)
    const reason = code === undefined ? '' : ` (${code})`
    const why = signal.aborted ? `did not answer within ${answerMs / 1000} s` : `cannot be reached${reason}`
    throw new PostFailed(why, { temporary: true })
  }
  const { status, headers } = response
  const said = await firstWord(response).catch(() => '')
  if (status >= 200 && status < 300) return
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'), '', clock.now())
  const temporary = status === 429 || status >= 500
  throw new PostFailed(`answered ${status}${said}`, {
    temporary,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  })
}

/** ` (no_service)`: Slack gives the reason in one word. Other parts of an answer may contain the URL. */
async function firstWord({ body }: FetchAnswer): Promise<string> {
  for await (const first of body ?? []) {
    const word = Buffer.from(first).toString('utf8').trim()
    return /^[a-z]+(_[a-z]+)*$/.test(word) && word.length <= 40 ? ` (${word})` : ''
  }
  return ''
}
