/** The manners of ghcr.io, as far as they differ from those of the registry behind. */
import { answerError, answerJson, passOn, type Exchange } from './exchange.ts'
import { GhcrAccounts } from './ghcr-accounts.ts'
import type { RegistryState } from './registry-state.ts'
import type { TagOrder } from './tag-order.ts'

const blobHost = 'pkg-containers.githubusercontent.com'
const signature = 'sig=test-network'

export type GhcrOptions = { state: RegistryState; tagOrder: TagOrder; upstreamPort: number }

/** @returns what answers requests to ghcr.io and to the host that its blobs are redirected to */
export function makeGhcr({ state, tagOrder, upstreamPort }: GhcrOptions) {
  const accounts = new GhcrAccounts(state)

  return async (exchange: Exchange): Promise<void> => {
    const { url, method } = exchange
    if (exchange.host === blobHost) return answerBlob(exchange)
    if (url.pathname === '/token') return answerToken(exchange)
    if (url.pathname !== '/v2' && !url.pathname.startsWith('/v2/')) return answerJson(exchange, 404, {})
    const { repository, kind, reference } = parsePath(url.pathname)
    if (!(await isAllowed(exchange, repository))) return
    if (repository === undefined) return answerJson(exchange, 200, {})
    if (method === 'DELETE') {
      return answerError(exchange, 405, { code: 'UNSUPPORTED', message: 'The operation is unsupported.' })
    }
    if (kind === 'referrers')
      return answerError(exchange, 404, { code: 'NOT_FOUND', message: '404 page not found' })
    if (kind === 'tags') return answerTags(exchange, repository)
    if (kind === 'blobs' && method === 'GET') return redirectToBlob(exchange, reference)
    await passOn(exchange, upstreamPort)
    if (kind === 'manifests' && method === 'PUT' && exchange.response.statusCode < 300) {
      tagOrder.notePush(repository, reference)
    }
  }

  /** Anonymous gets a token for a public package only; bad credentials get 403, even for a public one. */
  async function answerToken(exchange: Exchange): Promise<void> {
    const repository = /^repository:([^:]+):/.exec(exchange.url.searchParams.get('scope') ?? '')?.[1]
    const credential = basicPassword(exchange)
    if (credential !== undefined && accounts.findToken(credential) === undefined) return denied(exchange)
    if (credential === undefined && (repository === undefined || !accounts.isPublic(repository))) {
      return answerError(exchange, 401, { code: 'UNAUTHORIZED', message: 'authentication required' })
    }
    await answerJson(exchange, 200, { token: accounts.grant(repository, credential) })
  }

  async function isAllowed(exchange: Exchange, repository: string | undefined): Promise<boolean> {
    const bearer = /^Bearer (.+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1]
    const answer = bearer === undefined ? 'unknown' : accounts.check(bearer, repository)
    if (answer === 'allowed') return true
    if (answer === 'denied') await denied(exchange)
    else await challenge(exchange, repository)
    return false
  }

  async function answerTags(exchange: Exchange, repository: string): Promise<void> {
    if (!tagOrder.has(repository)) {
      return answerError(exchange, 404, {
        code: 'NAME_UNKNOWN',
        message: 'repository name not known to registry',
      })
    }
    const { tags, next } = tagOrder.page(repository, exchange.url.searchParams)
    if (next !== undefined) exchange.response.setHeader('link', `<${next}>; rel="next"`)
    await answerJson(exchange, 200, { name: repository, tags })
  }

  /** The blob host wants the signature of the redirect and no Authorization at all, as a signed storage URL does. */
  async function answerBlob(exchange: Exchange): Promise<void> {
    const signed = exchange.url.search.includes(signature)
    if (!signed || exchange.request.headers.authorization !== undefined) return answerJson(exchange, 400, {})
    const path = decodeURIComponent(exchange.url.searchParams.get('path') ?? '')
    exchange.url.search = ''
    await passOn(exchange, upstreamPort, path)
  }
}

async function redirectToBlob({ response, url }: Exchange, digest: string): Promise<void> {
  const location = `https://${blobHost}/ghcr1/blobs/${digest}?path=${encodeURIComponent(url.pathname)}&${signature}`
  response.writeHead(307, { location })
  response.end()
}

async function denied(exchange: Exchange): Promise<void> {
  await answerError(exchange, 403, { code: 'DENIED', message: 'denied' })
}

/** Without a repository GHCR names a made-up one in its hint. */
async function challenge(exchange: Exchange, repository: string | undefined): Promise<void> {
  const actions = exchange.method === 'GET' || exchange.method === 'HEAD' ? 'pull' : 'pull,push'
  const scope =
    repository === undefined ? 'repository:user/image:pull' : `repository:${repository}:${actions}`
  const value = `Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="${scope}"`
  exchange.response.setHeader('www-authenticate', value)
  await answerError(exchange, 401, { code: 'UNAUTHORIZED', message: 'authentication required' })
}

function basicPassword({ request }: Exchange): string | undefined {
  const encoded = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

/** `/v2/NAME/manifests/REFERENCE` and its like; a name has slashes of its own. */
export function parsePath(path: string): { repository: string | undefined; kind: string; reference: string } {
  const match = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(.*)$/.exec(path)
  return { repository: match?.[1], kind: match?.[2] ?? '', reference: match?.[3] ?? '' }
}
