import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import type { GithubNames, GithubPlaces } from '../../operations/secrets/github-names.ts'
import { parseJson } from '../../shared/parse-json.ts'
import type { Http } from '../registry/registry-http.ts'

type Asked = {
  /** `https://api.github.com`, or that of a GitHub Enterprise Server. */
  apiUrl: string
  /** `acme/shop` */
  repository: string
  token: Secret
  /** GitHub environments to query. */
  environments: readonly string[]
}

/**
 * Asks GitHub's API for the names of secrets and variables; it never returns the value of a secret. Each missing part
 * becomes a note of one sentence, since a token often has no access to everything.
 * https://docs.github.com/en/rest/actions/secrets
 */
export async function readGithubNames(
  http: Http,
  asked: Asked,
  signal: AbortSignal,
): Promise<{ names: GithubNames; notes: readonly string[] }> {
  const notes = new Set<string>()
  const tell = async (path: string, kind: 'secrets' | 'variables'): Promise<Set<string> | undefined> => {
    try {
      return await readNames(http, { ...asked, path, kind }, signal)
    } catch (error) {
      if (signal.aborted || !(error instanceof DrayError)) throw error
      notes.add(error.message)
      return undefined
    }
  }
  const placesOf = async (kind: 'secrets' | 'variables'): Promise<GithubPlaces> => {
    const repository = await tell(`actions/${kind}`, kind)
    // Without access to those of the repository, there is no access to the others.
    if (repository === undefined) return { repository, organization: undefined, environments: new Map() }
    const organization = await tell(`actions/organization-${kind}`, kind)
    const environments = new Map<string, ReadonlySet<string> | undefined>()
    for (const name of asked.environments)
      environments.set(name, await tell(`environments/${encodeURIComponent(name)}/${kind}`, kind))
    return { repository, organization, environments }
  }
  const [secret, variable] = await Promise.all([placesOf('secrets'), placesOf('variables')])
  return { names: { secret, variable }, notes: [...notes] }
}

const entry = z.object({ name: z.string() })
const pageSchema = z.object({
  total_count: z.number(),
  secrets: z.array(entry).optional(),
  variables: z.array(entry).optional(),
})

/** Maximum length of a list: GitHub allows 1,000 variables and 1,000 secrets per organization. */
const MOST_PAGES = 20
const PAGE_BYTES = 1024 * 1024

/** Throws REGISTRY_UNREACHABLE, and REGISTRY_FAILED with GitHub's status. A missing environment has no names. */
async function readNames(
  http: Http,
  { apiUrl, repository, token, path, kind }: Asked & { path: string; kind: 'secrets' | 'variables' },
  signal: AbortSignal,
): Promise<Set<string>> {
  const { host } = new URL(apiUrl)
  const names = new Set<string>()
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await http({
      host,
      url: `${apiUrl}/repos/${repository}/${path}?per_page=100&page=${page}`,
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
      },
      authorization: { scheme: 'bearer', token },
      maxBytes: PAGE_BYTES,
      signal,
    })
    if (answer.status === 404 && path.startsWith('environments/')) return names
    if (answer.status !== 200) throw refusal(answer.status, { host, repository, kind })
    const read = pageSchema.safeParse(parseJson(answer.body))
    if (!read.success)
      throw new DrayError('REGISTRY_FAILED', `${host} returned ${kind} in an unknown format.`)
    for (const { name } of read.data[kind] ?? []) names.add(name.toUpperCase())
    if (names.size >= read.data.total_count || (read.data[kind] ?? []).length === 0) break
  }
  return names
}

function refusal(
  status: number,
  { host, repository, kind }: { host: string; repository: string; kind: string },
): DrayError {
  const why =
    status === 401
      ? 'the token is no longer valid'
      : status === 403 || status === 404
        ? `the token has no access to them, and the GITHUB_TOKEN of a workflow never has (${status})`
        : status === 429
          ? 'too many requests (429)'
          : `status ${status}`
  return new DrayError('REGISTRY_FAILED', `${host} did not return the ${kind} of ${repository}: ${why}.`)
}
