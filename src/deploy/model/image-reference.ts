/**
 * Image references, in the grammar that Docker and every OCI client share: https://github.com/distribution/reference, with
 * Docker's shorthands (`nginx` is `docker.io/library/nginx`).
 */
import { DrayError } from '../../errors/dray-error.ts'

export type Digest = `sha256:${string}`

/** The location of an image, in the terms of the OCI distribution specification. */
export type ImageReference = {
  /** Registry host with port: `ghcr.io`, `docker.io`, `localhost:5000`. */
  registry: string
  /** Repository within the registry: `acme/shop-backend`, `library/nginx`. */
  repository: string
  tag?: string
  digest?: Digest
}

/**
 * Parses an image reference as written in a compose file or by a user. A missing tag stays absent.
 * Throws IMAGE_INVALID; if the repository has capital letters, the hint shows the reference in lower case.
 */
export function parseImageReference(text: string): ImageReference {
  if (text.length > LONGEST_REFERENCE) throw invalid(`${text.slice(0, 60)}…`, 'it is too long')
  if (IMAGE_ID.test(text)) throw invalid(text, 'it is an image id, which a registry does not know')
  const { name, tag, digest } = splitReference(text)
  const { registry, repository } = splitRegistry(name)
  if (!HOST.test(registry)) throw invalid(text, `\`${registry}\` is not a registry name`)
  if (!REPOSITORY.test(repository)) throw invalidRepository(text, repository)
  if (repository.length > LONGEST_REPOSITORY)
    throw invalid(text, 'its repository has more than 255 characters')
  if (tag !== undefined && !TAG.test(tag)) throw invalid(text, `\`${tag}\` is not a tag`)
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(text, 'its digest is not `sha256:` followed by 64 hexadecimal digits')
  }
  return { registry, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }
}

/** The same, but undefined for an invalid reference. */
export function tryParseImageReference(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text)
  } catch (error) {
    if (error instanceof DrayError) return undefined
    throw error
  }
}

/** Whether a text is a digest that dray supports: sha256 in lower case. */
export function isDigest(text: string): text is Digest {
  return DIGEST.test(text)
}

/** Whether a text is a valid tag. */
export function isTag(text: string): boolean {
  return TAG.test(text)
}

/** The full reference: `docker.io/library/nginx:alpine`. */
export function renderImageReference(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}${renderSuffix(reference)}`
}

/** The short form used by users and Docker Engine: `nginx:alpine`. It parses to the same reference. */
export function familiarName(reference: ImageReference): string {
  return familiarRepository(reference) + renderSuffix(reference)
}

/** The deployed name: `nginx@sha256:…`, without the tag, as in Docker Engine's list of an image's digests. */
export function pinnedName(reference: ImageReference, digest: Digest): string {
  return `${familiarRepository(reference)}@${digest}`
}

/**
 * The tag that dray adds so that an image pulled by digest does not count as dangling: `nginx:dray-shop-0123456789ab`.
 * Each Compose project has its own tag, so an image that one app no longer needs stays for another app.
 */
export function keepTag(reference: ImageReference, digest: Digest, project: string): string {
  const short = digest.slice('sha256:'.length, 'sha256:'.length + 12)
  return `${familiarRepository(reference)}:dray-${shortProject(project)}-${short}`
}

/** The project in a keep tag, shortened as in the tag; undefined for any other name. */
export function keepTagProject(name: string): string | undefined {
  return /:dray-([^/]+)-[0-9a-f]{12}$/.exec(name)?.[1]
}

/** Whether an image name is a keep tag of this project, a keep tag of another one, or no keep tag. */
export function keepTagOwner(name: string, project: string): 'ours' | 'others' | undefined {
  const owner = keepTagProject(name)
  if (owner === undefined) return undefined
  return owner === shortProject(project) ? 'ours' : 'others'
}

/** Docker limits a tag to 128 characters. */
function shortProject(project: string): string {
  return project.slice(0, 100)
}

function familiarRepository({ registry, repository }: ImageReference): string {
  const full = `${registry}/${repository}`
  if (registry !== DOCKER_HUB) return full
  const short = repository.replace(/^library\/([^/]+)$/, '$1')
  // Shortened, `docker.io/localhost/x` and `docker.io/my.name/x` would parse as a registry of that name.
  const again = splitRegistry(short)
  return again.registry === registry && again.repository === repository && !IMAGE_ID.test(short)
    ? short
    : full
}

function renderSuffix({ tag, digest }: ImageReference): string {
  return (tag === undefined ? '' : `:${tag}`) + (digest === undefined ? '' : `@${digest}`)
}

function splitReference(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  const named = at < 0 ? text : text.slice(0, at)
  const colon = named.lastIndexOf(':')
  // A colon before the last slash is part of the registry's port.
  if (colon <= named.lastIndexOf('/')) return { name: named, digest }
  return { name: named.slice(0, colon), tag: named.slice(colon + 1), digest }
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  const registry = isRegistry(first) ? first : DOCKER_HUB
  const repository = isRegistry(first) ? name.slice(slash + 1) : name
  if (registry !== DOCKER_HUB && registry !== DOCKER_HUB_BEFORE) return { registry, repository }
  return { registry: DOCKER_HUB, repository: repository.includes('/') ? repository : `library/${repository}` }
}

/** Docker's rule: the part before the first slash is a host if it cannot be part of a repository. */
function isRegistry(first: string): boolean {
  return first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
}

function invalidRepository(text: string, repository: string): DrayError {
  const lower = repository.toLowerCase()
  if (!REPOSITORY.test(lower)) return invalid(text, `\`${repository}\` is not a repository name`)
  return invalid(
    text,
    'its repository has capital letters',
    `Write it in lower case: \`${text.replace(repository, lower)}\`.`,
  )
}

function invalid(text: string, why: string, hint?: string): DrayError {
  return new DrayError('IMAGE_INVALID', `\`${text}\` is not an image reference: ${why}.`, { hint })
}

const DOCKER_HUB = 'docker.io'
const DOCKER_HUB_BEFORE = 'index.docker.io'

const LONGEST_REPOSITORY = 255
/** Longest host, repository, tag and digest together; a longer text is refused without parsing. */
const LONGEST_REFERENCE = 1024

const LABEL = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const REPOSITORY = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`)
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const IMAGE_ID = /^[0-9a-f]{64}$/
