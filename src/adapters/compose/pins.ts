import { stringify, Document, type Node } from 'yaml'

/** The environment variable by which a stand-in of an env file says that a service reads it. */
export const ENV_FILE_MARK = 'DRAY_ENV_FILE_'

type Service = Readonly<Record<string, unknown>>

/** Keys whose entries are merged one by one, so that only those that differ need to be pinned. */
const MERGED_MAPS = new Set(['environment', 'labels', 'annotations'])
/** Lists that an override file replaces as a whole anyway. */
const REPLACED_LISTS = new Set(['command', 'entrypoint'])
/** Pinned by digest, or no part of what a container is. */
const NOT_PINNED = new Set(['image', 'build', 'pull_policy', 'profiles', 'depends_on'])

/**
 * What of each service depends on the deploy-time values: as it is with them, where it is different without. A person's
 * plain `docker compose up -d` has no such values, and would recreate the service if these were not pinned.
 */
export function pinsOf(
  valued: Readonly<Record<string, Service>>,
  plain: Readonly<Record<string, Service>>,
): Record<string, Record<string, unknown>> {
  const pins: Record<string, Record<string, unknown>> = {}
  for (const [name, service] of Object.entries(valued)) {
    const other = plain[name] ?? {}
    const differing = Object.entries(service).filter(
      ([key, value]) => !NOT_PINNED.has(key) && JSON.stringify(value) !== JSON.stringify(other[key]),
    )
    if (differing.length === 0) continue
    pins[name] = Object.fromEntries(
      differing.map(([key, value]) => [
        key,
        MERGED_MAPS.has(key) ? differingEntries(value, other[key]) : value,
      ]),
    )
  }
  return pins
}

function differingEntries(value: unknown, other: unknown): unknown {
  const before: Readonly<Record<string, unknown>> = isRecord(other) ? other : {}
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).filter(([key, it]) => before[key] !== it && !key.startsWith(ENV_FILE_MARK)),
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

const HEADER = `# Written by dray at every deploy: what runs, by digest. A plain \`docker compose up -d\` here changes nothing.
`

/**
 * The override file: `image: repo@sha256:…` for each service, and the pins. Lists and maps that Compose would merge are
 * marked `!override` (Compose 2.24.4 and newer); none is needed for the usual environment variables and labels.
 * https://docs.docker.com/reference/compose-file/merge/
 */
export function renderOverride(
  images: Readonly<Record<string, string>>,
  pins: Readonly<Record<string, unknown>>,
): string {
  const document = new Document({ services: {} })
  for (const name of Object.keys(images).sort()) {
    document.setIn(['services', name, 'image'], images[name])
    const pinned = pins[name]
    for (const [key, value] of Object.entries(isRecord(pinned) ? pinned : {})) {
      const node = document.createNode(value) as Node
      const merges = value !== null && typeof value === 'object'
      if (merges && !MERGED_MAPS.has(key) && !REPLACED_LISTS.has(key)) node.tag = '!override'
      document.setIn(['services', name, key], node)
    }
  }
  return HEADER + stringify(document, { lineWidth: 0 })
}
