import { stringify, Document, type Node } from 'yaml'
import type { DrainCheck } from '../../deploy/model/drain-check.ts'
import type { AppModel } from '../../deploy/model/app-model.ts'
import { frontName, type Front } from '../../deploy/model/front.ts'

/** The environment variable in an env file's placeholder; it shows which service reads the file. */
export const ENV_FILE_MARK = 'DRAY_ENV_FILE_'

type Service = Readonly<Record<string, unknown>>

/** Keys whose entries are merged one by one, so that only differing entries need a pin. */
const MERGED_MAPS = new Set(['environment', 'labels', 'annotations'])
/** Lists that an override file always replaces as a whole. */
const REPLACED_LISTS = new Set(['command', 'entrypoint'])
/** Pinned by digest, or irrelevant to a container. */
const NOT_PINNED = new Set(['image', 'build', 'pull_policy', 'profiles', 'depends_on'])

/**
 * The values of each service that depend on the deploy-time values. A user's plain `docker compose up -d` does not have
 * those values, and would recreate the service if these were not pinned.
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

const HEADER = `# Written by dray at every deploy: the running images by digest. A plain \`docker compose up -d\` here changes nothing.
`

/** What the override file has of a service that runs on other hosts only. */
export const ELSEWHERE = { scale: 0, deploy: { replicas: 0 }, pull_policy: 'never' } as const

type OverrideParts = {
  checks?: Readonly<Record<string, DrainCheck>>
  front?: Front | undefined
  scales?: AppModel['scales']
  elsewhere?: AppModel['elsewhere']
}

/**
 * The override file: `image: repo@sha256:…` for each service, the pins, the health checks of `checks`, and the numbers of `scales`
 * instead of `deploy`, except for a service whose image has no digest: a user started its containers. Services of `elsewhere` have
 * no container and their images are not pulled, while those that depend on them still start. Lists and maps that Compose
 * would merge are marked `!override` (Compose 2.24.4 and newer); the usual environment variables and labels need no such mark.
 * https://docs.docker.com/reference/compose-file/merge/
 */
export function renderOverride(
  images: Readonly<Record<string, string>>,
  pins: Readonly<Record<string, unknown>>,
  { checks = {}, front, scales = {}, elsewhere = [] }: OverrideParts = {},
): string {
  const document = new Document({ services: {} })
  if (front !== undefined && front.services.length > 0) addFront(document, front)
  for (const name of Object.keys(images).sort()) {
    document.setIn(['services', name, 'image'], images[name])
    const pinned = pins[name]
    for (const [key, value] of Object.entries(isRecord(pinned) ? pinned : {})) {
      const node = document.createNode(value) as Node
      const merges = value !== null && typeof value === 'object'
      if (merges && !MERGED_MAPS.has(key) && !REPLACED_LISTS.has(key)) node.tag = '!override'
      document.setIn(['services', name, key], node)
    }
    const scale = images[name]?.includes('@') ? scales[name] : undefined
    if (scale !== undefined) {
      document.setIn(['services', name, 'scale'], scale)
      document.setIn(['services', name, 'deploy'], resetNode(document))
    }
    const check = checks[name]
    if (check !== undefined) document.setIn(['services', name, 'healthcheck'], composeCheck(check))
  }
  for (const name of elsewhere) {
    document.setIn(['services', name], ELSEWHERE)
  }
  return HEADER + stringify(document, { lineWidth: 0 })
}

/** A health check as a compose file has it. An override replaces its values one by one, and the command as a whole. */
export function composeCheck({ argv, intervalMs, startPeriodMs, retries }: DrainCheck) {
  return {
    test: ['CMD', ...argv.map((word) => word.replaceAll('$', '$$$$'))],
    interval: `${Math.round(intervalMs)}ms`,
    start_period: `${Math.round(startPeriodMs)}ms`,
    retries,
  }
}

/** `!reset`: Compose 2.18 and newer. */
function resetNode(document: Document): Node {
  const none = document.createNode([]) as Node
  none.tag = '!reset'
  return none
}

/** The front's service and its volumes, and `!reset` for the ports that it takes. */
function addFront(document: Document, { services, definition, volumes }: Front): void {
  for (const name of volumes) document.setIn(['volumes', name], document.createNode({}))
  document.setIn(['services', frontName], document.createNode(definition))
  for (const name of services) {
    document.setIn(['services', name, 'ports'], resetNode(document))
  }
}
