import * as z from 'zod'
import { isTag } from '../../deploy/model/image-reference.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import type { Endpoint } from './registry-endpoint.ts'
import type { RegistrySession } from './registry-session.ts'

export type TagsRequest = { endpoint: Endpoint; repository: string; signal?: AbortSignal }

export type TagReader = {
  /** All tags in the registry's order. Throws TAG_NOT_FOUND if there is no such repository, and the REGISTRY_… codes. */
  all(request: TagsRequest): Promise<string[]>
  /** The last `count` tags, last one first. */
  newest(request: TagsRequest, count: number): Promise<string[]>
  /** The same for a hint: empty if the registry fails or is too slow. */
  newestWithin(
    request: TagsRequest,
    count: number,
    limit: { clock: Clock; ms: number },
  ): Promise<string[] | 'no such repository'>
}

/** Reads `tags/list` page by page. GHCR returns 100 tags per page, oldest first, so the newest are on the last page. */
export function createTagReader(session: RegistrySession): TagReader {
  async function all({ endpoint, repository, signal }: TagsRequest): Promise<string[]> {
    const tags: string[] = []
    const seen = new Set<string>()
    let path: string | undefined = `tags/list?n=${PAGE}`
    while (path !== undefined && !seen.has(path)) {
      if (seen.size === MOST_PAGES) throw endless(endpoint)
      seen.add(path)
      const answer = await session.ask({ endpoint, repository, path, maxBytes: PAGE_BYTES, signal })
      if (answer.status === 404) throw new NoRepository(endpoint, repository)
      for (const tag of parseTags(endpoint, answer.body)) tags.push(tag)
      path = nextPage(endpoint, answer.headers.get('link'))
    }
    return tags
  }

  async function newest(request: TagsRequest, count: number): Promise<string[]> {
    const tags = (await all(request)).filter((tag) => !ATTACHED.test(tag))
    return tags.slice(-count).reverse()
  }

  async function newestWithin(
    request: TagsRequest,
    count: number,
    { clock, ms }: { clock: Clock; ms: number },
  ) {
    using limit = startTimeLimit(ms, { clock, signal: request.signal })
    try {
      return await newest({ ...request, signal: limit.signal }, count)
    } catch (error) {
      request.signal?.throwIfAborted()
      return error instanceof NoRepository ? 'no such repository' : []
    }
  }

  return { all, newest, newestWithin }
}

class NoRepository extends DrayError {
  constructor(endpoint: Endpoint, repository: string) {
    super('TAG_NOT_FOUND', `${endpoint.host} has no image ${repository}.`)
  }
}

function endless({ host }: Endpoint): DrayError {
  return new DrayError('REGISTRY_FAILED', `${host} returned more than ${MOST_PAGES} pages of tags.`)
}

function parseTags(endpoint: Endpoint, body: Uint8Array): string[] {
  const page = pageSchema.safeParse(parseJson(body))
  if (!page.success) throw new DrayError('REGISTRY_FAILED', `${endpoint.host} did not return a list of tags.`)
  // An invalid tag could not be requested, but would be printed.
  return (page.data.tags ?? []).filter(isTag)
}

/** URL of the next page (RFC 8288); one on another host is not followed, since it would receive the token. */
function nextPage(endpoint: Endpoint, link: string | null): string | undefined {
  const target = /<([^>]+)>\s*;[^,]*\brel="?next\b/i.exec(link ?? '')?.[1]
  if (target === undefined || !URL.canParse(target, endpoint.baseUrl)) return undefined
  const url = new URL(target, endpoint.baseUrl)
  return url.origin === new URL(endpoint.baseUrl).origin ? url.href : undefined
}

/** Registries may return fewer; GHCR's limit is not documented. */
const PAGE = 1000
const PAGE_BYTES = 8 * 1024 ** 2
/** A hundred thousand tags with GHCR's hundred tags per page. */
const MOST_PAGES = 1000

/** Tags that signing and attestation tools create for an image by its digest. */
const ATTACHED = /^sha256-[0-9a-f]{64}/

/** Some registries answer `null` for a repository without tags. */
const pageSchema = z.object({ tags: z.array(z.string()).nullish() })
