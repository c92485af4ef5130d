import { createPackages, type Packages } from '../../../adapters/github/packages.ts'
import { createHttp } from '../../../adapters/registry/registry-http.ts'
import type { RegistryClient } from '../../../adapters/registry/registry-client.ts'
import type { Digest } from '../../../deploy/model/image-reference.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import type { ManifestLinks, PackageVersion } from '../../../operations/images/package-version.ts'
import { connectRegistry } from '../../command/connect-registry.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'

/** The packages of one owner on GitHub and in its registry. */
export type OpenPackages = AsyncDisposable & {
  packages: Packages
  /** Reads manifests; missing ones are left out. Throws the REGISTRY_… codes for other failures. */
  readLinks(repository: string, versions: readonly PackageVersion[]): Promise<Map<Digest, ManifestLinks>>
}

const AT_ONCE = 8
const GITHUB_API = 'https://api.github.com'

/** Throws PACKAGES_DENIED without a token, and USAGE for a registry other than GitHub's. */
export function openPackages(input: EnvironmentInput, context: CliContext): OpenPackages {
  const { config, values } = input
  const apiUrl = (context.env['GITHUB_API_URL'] ?? GITHUB_API).replace(/\/+$/, '')
  const { registry } = config
  if (registry === undefined || (registry.host === 'ghcr.io') !== (apiUrl === GITHUB_API)) {
    throw new DrayError(
      'USAGE',
      `${registry?.host ?? 'This app'} has no packages at ${new URL(apiUrl).host}.`,
      {
        hint: '`dray images` supports only ghcr.io: set `registry: ghcr.io/OWNER` in dray.yml.',
      },
    )
  }
  const token = values.githubToken
  if (token === undefined || token.isEmpty) throw new DrayError('PACKAGES_DENIED', 'GITHUB_TOKEN is not set.')
  const http = createHttp({ clock: context.clock, answerMs: 20_000, requestMs: 60_000 })
  const connected = connectRegistry(input, context, Promise.resolve([]))
  return {
    packages: createPackages({ http, apiUrl, owner: registry.owner, token, clock: context.clock }),
    readLinks: (repository, versions) =>
      readLinks({ repository, client: connected.client, signal: context.signal }, versions),
    [Symbol.asyncDispose]: () => connected[Symbol.asyncDispose](),
  }
}

/** GitHub's name of the package: `shop/backend` for `ghcr.io/acme/shop/backend`. */
export function packageName(repository: string): string {
  return repository.split('/').slice(2).join('/')
}

async function readLinks(
  { repository, client, signal }: { repository: string; client: RegistryClient; signal: AbortSignal },
  versions: readonly PackageVersion[],
): Promise<Map<Digest, ManifestLinks>> {
  const [registry = '', ...path] = repository.split('/')
  const links = new Map<Digest, ManifestLinks>()
  for (let at = 0; at < versions.length; at += AT_ONCE) {
    await Promise.all(
      versions.slice(at, at + AT_ONCE).map(async ({ digest }) => {
        const found = await client.links({ registry, repository: path.join('/'), digest }, signal)
        if (found !== undefined) links.set(digest, found)
      }),
    )
  }
  return links
}
