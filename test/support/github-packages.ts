import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Digest } from '../../src/deploy/model/image-reference.ts'
import type { FakeRegistry } from './fake-registry.ts'
import type { OciImage } from './oci-image.ts'

type Version = {
  id: number
  name: Digest
  created_at: string
  updated_at: string
  metadata: { container: { tags: string[] } }
}
type Answer = { status: number; headers?: Record<string, string>; body: unknown }

/** The next request of a method goes wrong so. */
export type PackagesFault = { method: 'GET' | 'DELETE'; path?: RegExp; answer: Answer }

/**
 * GitHub's Packages API for the packages of `acme`, whose manifests a registry on this machine has. As GitHub's own: a
 * version for each manifest, lists in pages, no deletion of the last version or of one that many have downloaded, 404 for
 * what is gone.
 */
export class GithubPackages implements AsyncDisposable {
  /** `METHOD path`, in order. */
  readonly requests: string[] = []
  readonly #registry: FakeRegistry
  readonly #packages = new Map<string, Version[]>()
  readonly #popular = new Set<Digest>()
  readonly #faults: PackagesFault[] = []
  readonly #server: Server
  #lastId = 0

  private constructor(registry: FakeRegistry) {
    this.#registry = registry
    this.#server = createServer((request, response) => this.#handle(request, response))
  }

  static async start(registry: FakeRegistry): Promise<GithubPackages> {
    const started = new GithubPackages(registry)
    await new Promise<void>((resolve) => started.#server.listen(0, '127.0.0.1', resolve))
    return started
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Pushes an image that was made some days ago; its tag moves to it. Without a tag it has none. */
  push(name: string, image: OciImage, { tag, daysAgo }: { tag?: string; daysAgo: number }): void {
    this.#registry.push(`acme/${name}`, tag ?? 'untagged', image)
    const versions = this.#packages.get(name) ?? []
    this.#packages.set(name, versions)
    for (const version of versions) {
      const { container } = version.metadata
      container.tags = container.tags.filter((it) => it !== tag)
    }
    const createdAt = new Date(Date.now() - daysAgo * 86_400_000).toISOString()
    for (const { digest } of image.manifests) {
      const there = versions.find((it) => it.name === digest)
      const tags = digest === image.digest && tag !== undefined ? [tag] : []
      if (there === undefined)
        versions.push({
          id: ++this.#lastId,
          name: digest,
          created_at: createdAt,
          updated_at: createdAt,
          metadata: { container: { tags } },
        })
      else {
        there.metadata.container.tags.push(...tags)
        there.updated_at = createdAt
      }
    }
  }

  /** More than 5,000 have downloaded it. */
  makePopular(digest: Digest): void {
    this.#popular.add(digest)
  }

  fail(...faults: PackagesFault[]): void {
    this.#faults.push(...faults)
  }

  /** Digests of the versions that are there. */
  digests(name: string): Digest[] {
    return (this.#packages.get(name) ?? []).map((version) => version.name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://github')
    const method = request.method ?? ''
    this.requests.push(`${method} ${url.pathname}${url.search}`)
    const at = this.#faults.findIndex(
      (fault) => fault.method === method && (fault.path?.test(url.pathname) ?? true),
    )
    const [fault] = at === -1 ? [] : this.#faults.splice(at, 1)
    const { status, headers, body } = fault?.answer ?? this.#answer(method, url)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(status === 204 ? undefined : JSON.stringify(body))
  }

  #answer(method: string, url: URL): Answer {
    if (url.pathname === '/users/acme') return { status: 200, body: { login: 'acme', type: 'Organization' } }
    const [, encoded = '', id] =
      /^\/orgs\/acme\/packages\/container\/([^/]+)\/versions(?:\/(\d+))?$/.exec(url.pathname) ?? []
    const name = decodeURIComponent(encoded)
    const versions = this.#packages.get(name)
    if (versions === undefined) return { status: 404, body: { message: 'Package not found.' } }
    if (id === undefined) {
      const from = (Number(url.searchParams.get('page')) - 1) * Number(url.searchParams.get('per_page'))
      return { status: 200, body: versions.slice(from, from + Number(url.searchParams.get('per_page'))) }
    }
    const version = versions.find((it) => it.id === Number(id))
    if (method !== 'DELETE' || version === undefined) return { status: 404, body: { message: 'Not Found' } }
    if (this.#popular.has(version.name))
      return {
        status: 400,
        body: {
          message:
            'Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support.',
        },
      }
    if (versions.length === 1)
      return {
        status: 400,
        body: {
          message: 'You cannot delete the last version of a package. You must delete the package instead.',
        },
      }
    this.#packages.set(
      name,
      versions.filter((it) => it !== version),
    )
    this.#registry.deleteManifest(`acme/${name}`, version.name)
    return { status: 204, body: undefined }
  }
}
