import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Digest } from '../../src/deploy/image-reference.ts'
import { sha256, type OciImage } from './oci-image.ts'
import { misbehave, type Fault, type FaultPlace } from './registry-fault.ts'

export type Manners =
  /** Anonymous tokens for public images; a bad login is refused even for them. */
  | 'ghcr'
  /** A token for everybody, which then opens nothing. */
  | 'hub'
  /** A user name and a password at each request. */
  | 'basic'
  /** No questions asked. */
  | 'open'

export type FakeRegistryOptions = {
  manners?: Manners
  /** Passwords that are accepted, under any name. */
  passwords?: string[]
  /** How long a token is good, as the registry sees it; it does not tell. */
  tokenLifeMs?: number
  /** `expires_in` of the token answer, in seconds. */
  expiresIn?: number
  tagsPerPage?: number
  /** Blobs are served from another origin, as GHCR does. */
  redirectBlobs?: boolean
  /** The scope that the challenge hints at, where it is not the right one. */
  scopeHint?: string
}

export type SeenRequest = {
  method: string
  path: string
  place: FaultPlace
  authorization: 'none' | 'basic' | 'bearer'
  accept: string
}

type Repository = {
  isPrivate: boolean
  tags: Map<string, Digest>
  manifests: Map<string, { mediaType: string; body: Buffer }>
  blobs: Map<string, Buffer>
}

/** A registry on 127.0.0.1 that holds what is pushed to it and answers as the real ones do, faults included. */
export type FakeRegistry = AsyncDisposable & {
  /** `127.0.0.1:PORT`, as an image reference names it. */
  readonly host: string
  readonly requests: readonly SeenRequest[]
  readonly options: FakeRegistryOptions
  push(repository: string, tag: string, image: OciImage): void
  makePrivate(repository: string): void
  /** As a clean-up of untagged versions does it. */
  deleteManifest(repository: string, digest: Digest): void
  /** The next requests to a place go wrong; further faults wait for their turn. */
  fail(fault: Fault): void
  /** No token that was given out is good any more. */
  expireTokens(): void
}

/** Starts one; it ends when it is disposed of, open connections included. */
export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const repositories = new Map<string, Repository>()
  const tokens = new Map<string, { scope: string; untilMs: number }>()
  const requests: SeenRequest[] = []
  const faults: Fault[] = []
  const { manners = 'ghcr', passwords = [], tokenLifeMs = 300_000, tagsPerPage = 100 } = options

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', `http://${host}`)
    const place = placeOf(url.pathname)
    const authorization = request.headers.authorization ?? ''
    const scheme = authorization.split(' ')[0]?.toLowerCase() ?? ''
    requests.push({
      method: request.method ?? '',
      path: url.pathname + url.search,
      place,
      authorization: scheme === 'basic' || scheme === 'bearer' ? scheme : 'none',
      accept: request.headers.accept ?? '',
    })
    const at = faults.findIndex((fault) => fault.at === place || fault.at === 'any')
    const fault = faults[at]
    if (fault !== undefined) {
      fault.times = (fault.times ?? Infinity) - 1
      if (fault.times <= 0) faults.splice(at, 1)
      return misbehave(fault, response, () => serve(url, place, authorization, response))
    }
    serve(url, place, authorization, response)
  }

  function serve(url: URL, place: FaultPlace, authorization: string, response: ServerResponse): void {
    if (place === 'token') return serveToken(url, authorization, response)
    const [, name = '', kind = '', reference = ''] =
      /^\/(?:v2|storage)\/(.+)\/(manifests|blobs|tags)\/(.+)$/.exec(url.pathname) ?? []
    const repository = repositories.get(name)
    if (url.pathname.startsWith('/storage/'))
      return send(response, { body: repository?.blobs.get(reference) ?? Buffer.alloc(0) })
    if (!mayRead(name, authorization)) return challenge(name, response)
    if (repository === undefined) return refuse(response, 404, 'NAME_UNKNOWN')
    if (kind === 'manifests') return serveManifest(repository, reference, response)
    if (kind === 'tags') return serveTags(repository, url, response)
    const blob = repository.blobs.get(reference)
    if (blob === undefined) return refuse(response, 404, 'BLOB_UNKNOWN')
    if (!options.redirectBlobs) return send(response, { body: blob })
    const location = `http://localhost:${port}/storage/${name}/blobs/${reference}`
    send(response, { status: 307, headers: { location }, body: Buffer.alloc(0) })
  }

  function serveManifest(repository: Repository, reference: string, response: ServerResponse): void {
    const digest = repository.tags.get(reference) ?? reference
    const manifest = repository.manifests.get(digest)
    if (manifest === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN')
    send(response, {
      headers: { 'content-type': manifest.mediaType, 'docker-content-digest': digest },
      body: manifest.body,
    })
  }

  function serveTags(repository: Repository, url: URL, response: ServerResponse): void {
    const all = [...repository.tags.keys()]
    const last = url.searchParams.get('last')
    const from = last === null ? 0 : all.indexOf(last) + 1
    const page = all.slice(
      from,
      from + Math.min(tagsPerPage, Number(url.searchParams.get('n') ?? tagsPerPage)),
    )
    const isLast = from + page.length >= all.length
    const link = `<${url.pathname}?last=${page.at(-1)}&n=${tagsPerPage}>; rel="next"`
    send(response, { headers: isLast ? {} : { link }, body: Buffer.from(JSON.stringify({ tags: page })) })
  }

  function serveToken(url: URL, authorization: string, response: ServerResponse): void {
    const scope = url.searchParams.get('scope') ?? ''
    const name = scope.split(':')[1] ?? ''
    const isLoggedIn = passwordIsGood(authorization)
    if (authorization !== '' && !isLoggedIn) {
      return manners === 'hub' ? refuse(response, 401, 'UNAUTHORIZED') : refuse(response, 403, 'DENIED')
    }
    const isPublic = repositories.get(name)?.isPrivate === false
    if (manners === 'ghcr' && !isLoggedIn && !isPublic) return refuse(response, 401, 'UNAUTHORIZED')
    const token = randomBytes(12).toString('base64url')
    const opens = isLoggedIn || isPublic
    tokens.set(token, { scope: opens ? scope : '', untilMs: Date.now() + tokenLifeMs })
    const life = options.expiresIn === undefined ? {} : { expires_in: options.expiresIn }
    send(response, { body: Buffer.from(JSON.stringify({ token, ...life })) })
  }

  function mayRead(name: string, authorization: string): boolean {
    if (manners === 'open') return true
    if (manners === 'basic') return passwordIsGood(authorization)
    const token = tokens.get(authorization.replace(/^Bearer /, ''))
    return token?.scope === `repository:${name}:pull` && token.untilMs > Date.now()
  }

  function challenge(name: string, response: ServerResponse): void {
    const scope = options.scopeHint ?? `repository:${name}:pull`
    const bearer = `Bearer realm="http://${host}/token",service="fake",scope="${scope}"`
    response.setHeader('www-authenticate', manners === 'basic' ? 'Basic realm="fake"' : bearer)
    refuse(response, 401, 'UNAUTHORIZED')
  }

  function passwordIsGood(authorization: string): boolean {
    const text = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString()
    return authorization.startsWith('Basic ') && passwords.includes(text.slice(text.indexOf(':') + 1))
  }

  function repositoryNamed(name: string): Repository {
    const known = repositories.get(name)
    const repository = known ?? { isPrivate: false, tags: new Map(), manifests: new Map(), blobs: new Map() }
    repositories.set(name, repository)
    return repository
  }

  const server = createServer(answer)
  const port = await listen(server)
  const host = `127.0.0.1:${port}`
  return {
    host,
    requests,
    options,
    push(name, tag, image) {
      const repository = repositoryNamed(name)
      for (const blob of image.blobs) repository.blobs.set(sha256(blob), blob)
      for (const manifest of image.manifests) repository.manifests.set(manifest.digest, manifest)
      repository.tags.set(tag, image.digest)
    },
    makePrivate: (name) => void (repositoryNamed(name).isPrivate = true),
    deleteManifest: (name, digest) => void repositoryNamed(name).manifests.delete(digest),
    fail: (fault) => void faults.push({ ...fault }),
    expireTokens: () => tokens.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function placeOf(path: string): FaultPlace {
  if (path === '/token') return 'token'
  if (path.includes('/manifests/')) return 'manifest'
  return path.includes('/tags/') ? 'tags' : 'blob'
}

function send(
  response: ServerResponse,
  answer: { status?: number; headers?: Record<string, string>; body: Buffer },
): void {
  response.writeHead(answer.status ?? 200, { ...answer.headers, 'content-length': answer.body.length })
  response.end(answer.body)
}

function refuse(response: ServerResponse, status: number, code: string): void {
  send(response, {
    status,
    body: Buffer.from(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] })),
  })
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
