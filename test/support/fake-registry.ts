import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Digest } from '../../src/deploy/model/image-reference.ts'
import { sha256, type OciImage } from './oci-image.ts'
import { misbehave, type Fault, type FaultPlace } from './registry-fault.ts'

export type Manners =
  /** Anonymous tokens for public images; a bad login is refused even for them. */
  | 'ghcr'
  /** A token for every client, which then opens nothing. */
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
  /** `none`, `basic` or `bearer`. */
  authorization: string
  accept: string
}

type Repository = {
  isPrivate: boolean
  tags: Map<string, Digest>
  manifests: Map<string, { mediaType: string; body: Buffer }>
  blobs: Map<string, Buffer>
}

type Question = {
  url: URL
  authorization: string
  body: Buffer
  form: URLSearchParams
  put: string | undefined
}

type Answer = { status?: number; headers?: Record<string, string>; body: Buffer }

/** A registry on 127.0.0.1 that holds what is pushed to it and answers as the real ones do, faults included. */
export type FakeRegistry = AsyncDisposable & {
  /** `127.0.0.1:PORT`, as an image reference names it. */
  readonly host: string
  readonly requests: readonly SeenRequest[]
  push(repository: string, tag: string, image: OciImage): void
  makePrivate(repository: string): void
  /** As a clean-up of untagged versions does it. */
  deleteManifest(repository: string, digest: Digest): void
  /** The next requests to a place go wrong; further faults wait for their turn. */
  fail(fault: Fault): void
  /** Those that fewer requests have met than were to, as yet. */
  unmetFaults(): readonly Fault[]
  /** No token that was given out is good any more. */
  expireTokens(): void
}

/** Starts one; it ends when it is disposed of, open connections included. */
export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const repositories = new Map<string, Repository>()
  const tokens = new Map<string, { scope: string; untilMs: number }>()
  const requests: SeenRequest[] = []
  const faults: Fault[] = []
  const met = new Set<Fault>()
  const { manners = 'ghcr', passwords = [], tokenLifeMs = 300_000, tagsPerPage = 100 } = options

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${host}`)
    const place = placeOf(url.pathname)
    const { authorization = '', accept = '' } = request.headers
    const [, scheme = 'none'] = /^(basic|bearer) /i.exec(authorization.toLowerCase()) ?? []
    requests.push({
      method: request.method ?? '',
      path: url.pathname + url.search,
      place,
      authorization: scheme,
      accept,
    })
    const body = await buffer(request)
    const form = new URLSearchParams(body.toString())
    const put = request.method === 'PUT' ? request.headers['content-type'] : undefined
    const serve = () => send(response, answer({ url, authorization, body, form, put }))
    const fault = nextFault(place)
    if (fault === undefined) serve()
    else misbehave(fault, response, serve)
  }

  function nextFault(place: FaultPlace): Fault | undefined {
    const at = faults.findIndex((fault) => fault.at === place || fault.at === 'any')
    const fault = faults[at]
    if (fault !== undefined) met.add(fault)
    if (fault?.times !== undefined && --fault.times === 0) faults.splice(at, 1)
    return fault
  }

  function answer(question: Question): Answer {
    const { url, authorization, put } = question
    if (url.pathname === '/token') return answerToken(question)
    const [, root = '', name = '', kind = '', reference = ''] = PATH.exec(url.pathname) ?? []
    const repository = repositories.get(name)
    const blob = repository?.blobs.get(reference)
    if (root === 'storage' && blob !== undefined) return { body: blob }
    const access = put === undefined ? 'pull' : 'pull,push'
    if (!isAllowed({ name, access, authorization })) return challenge(name, access)
    if (repository === undefined) return refuse(404, 'NAME_UNKNOWN')
    if (kind === 'manifests' && put !== undefined) return takeManifest(repository, reference, question)
    if (kind === 'manifests') return answerManifest(repository, reference)
    if (kind === 'tags') return answerTags(repository, url)
    if (blob === undefined) return refuse(404, 'BLOB_UNKNOWN')
    if (!options.redirectBlobs) return { body: blob }
    // The same server under another name, which makes it another origin.
    const location = `http://localhost:${port}/storage/${name}/blobs/${reference}`
    return { status: 307, headers: { location }, body: Buffer.alloc(0) }
  }

  function answerManifest(repository: Repository, reference: string): Answer {
    const digest = repository.tags.get(reference) ?? reference
    const manifest = repository.manifests.get(digest)
    if (manifest === undefined) return refuse(404, 'MANIFEST_UNKNOWN')
    const headers = { 'content-type': manifest.mediaType, 'docker-content-digest': digest }
    return { headers, body: manifest.body }
  }

  function takeManifest(repository: Repository, tag: string, { body, put = '' }: Question): Answer {
    const digest = sha256(body)
    repository.manifests.set(digest, { mediaType: put, body })
    repository.tags.set(tag, digest)
    return { status: 201, body: Buffer.alloc(0) }
  }

  function answerTags(repository: Repository, url: URL): Answer {
    const all = [...repository.tags.keys()]
    const from = all.indexOf(url.searchParams.get('last') ?? '') + 1
    const wanted = Number(url.searchParams.get('n') ?? tagsPerPage)
    const tags = all.slice(from, from + Math.min(tagsPerPage, wanted))
    const link = `<${url.pathname}?last=${tags.at(-1)}&n=${tagsPerPage}>; rel="next"`
    return json({ tags }, from + tags.length < all.length ? { link } : {})
  }

  function answerToken({ url, authorization, form }: Question): Answer {
    const scope = url.searchParams.get('scope') ?? form.get('scope') ?? ''
    const name = scope.split(':')[1] ?? ''
    const isLoggedIn = passwordIsGood(authorization) || passwords.includes(form.get('refresh_token') ?? '')
    const triedToLogIn = authorization !== '' || form.has('refresh_token')
    if (triedToLogIn && !isLoggedIn)
      return manners === 'hub' ? refuse(401, 'UNAUTHORIZED') : refuse(403, 'DENIED')
    const isOpen = isLoggedIn || repositories.get(name)?.isPrivate === false
    if (manners === 'ghcr' && !isOpen) return refuse(401, 'UNAUTHORIZED')
    const token = randomBytes(12).toString('base64url')
    const mayHave = isLoggedIn || (isOpen && !scope.includes('push'))
    tokens.set(token, { scope: mayHave ? scope : '', untilMs: Date.now() + tokenLifeMs })
    return json({ token, expires_in: options.expiresIn })
  }

  function isAllowed({
    name,
    access,
    authorization,
  }: {
    name: string
    access: string
    authorization: string
  }) {
    if (manners === 'open') return true
    if (manners === 'basic') return passwordIsGood(authorization)
    const token = tokens.get(authorization.replace(/^Bearer /, ''))
    const isWide = token?.scope === `repository:${name}:pull,push`
    return (isWide || token?.scope === `repository:${name}:${access}`) && token.untilMs > Date.now()
  }

  function challenge(name: string, access: string): Answer {
    const scope = options.scopeHint ?? `repository:${name}:${access}`
    const bearer = `Bearer realm="http://${host}/token",service="fake",scope="${scope}"`
    const header = { 'www-authenticate': manners === 'basic' ? 'Basic realm="fake"' : bearer }
    return { ...refuse(401, 'UNAUTHORIZED'), headers: header }
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

  const server = createServer((request, response) => void handle(request, response))
  const port = await listen(server)
  const host = `127.0.0.1:${port}`
  return {
    host,
    requests,
    push(name, tag, image) {
      const repository = repositoryNamed(name)
      for (const blob of image.blobs) repository.blobs.set(sha256(blob), blob)
      for (const manifest of image.manifests) repository.manifests.set(manifest.digest, manifest)
      repository.tags.set(tag, image.digest)
    },
    makePrivate(name) {
      repositoryNamed(name).isPrivate = true
    },
    deleteManifest(name, digest) {
      repositoryNamed(name).manifests.delete(digest)
    },
    fail(fault) {
      faults.push({ ...fault })
    },
    unmetFaults: () => faults.filter((fault) => fault.times !== undefined || !met.has(fault)),
    expireTokens() {
      tokens.clear()
    },
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

function send(response: ServerResponse, { status = 200, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.end(body)
}

function json(content: object, headers: Record<string, string> = {}): Answer {
  return { headers, body: Buffer.from(JSON.stringify(content)) }
}

function refuse(status: number, code: string): Answer {
  return { ...json({ errors: [{ code, message: code.toLowerCase() }] }), status }
}

const PATH = /^\/(v2|storage)\/(.+)\/(manifests|blobs|tags)\/(.+)$/

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
