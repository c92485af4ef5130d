import type { AppModel, ServiceModel } from '../../model/app-model.ts'
import { isRunning, type Container } from '../../model/container.ts'
import {
  defaultShell,
  drainableShell,
  isDrainable,
  makeListenCheck,
  wrapHealthCheck,
  type DrainCheck,
  type PartialHealthCheck,
} from '../../model/drain-check.ts'
import type { Engine, ResolvedImage } from '../../model/ports.ts'
import type { Proxy, Upstream } from '../../model/proxies/proxy.ts'
import type { TraefikSources } from './observe-traefik.ts'
import {
  isSameLabels,
  isTakenByLabels,
  makeStandInLabels,
  normaliseLabels,
  portsOfLabels,
} from './traefik-labels.ts'

export type TraefikFacts = {
  app: AppModel
  containers: readonly Container[]
  /** Containers in which dray can write the file that drains them. */
  shells: ReadonlySet<string>
  resolved: ReadonlyMap<string, Pick<ResolvedImage, 'config'>>
}

/** A Traefik of the app. */
type OwnTraefik = {
  service: string
  /** What it was started with. */
  command: readonly string[]
  /** Absent if it could not be seen. */
  sources?: TraefikSources | undefined
}

/** The services that Traefik may send requests to; `traefik` is undefined for one of another project. */
export function findUpstreams(
  traefik: OwnTraefik | undefined,
  facts: TraefikFacts,
): Record<string, Upstream> {
  const near = traefik === undefined ? [] : listNear(traefik.service, facts.app)
  const isUnclear =
    traefik?.sources === undefined || traefik.sources.hasOthers || traefik.sources.docker === 'any'
  const entries = facts.app.services.flatMap((service): [string, Upstream][] => {
    if (service.name === traefik?.service) return []
    const isTaken = isTakenByLabels(normaliseLabels(service.traefikLabels ?? {}))
    if (isTaken === true) {
      const { standInLabels, ...upstream } = describeUpstream(service, facts)
      const isUsable = standInLabels !== undefined && !keepsEmptyRouters(traefik?.command ?? [])
      return [[service.name, isUsable ? { ...upstream, standInLabels } : upstream]]
    }
    return isUnclear && near.includes(service.name) ? [[service.name, { obstacle: UNLABELLED }]] : []
  })
  return Object.fromEntries(entries)
}

/** The services that Traefik can know from its files alone, by their names. */
export function findNamed(
  { service, sources }: OwnTraefik,
  upstreams: Record<string, Upstream>,
  app: AppModel,
): string[] {
  return sources?.hasFile ? listNear(service, app).filter((name) => !(name in upstreams)) : []
}

/** The other services with which a service shares a network. */
function listNear(service: string, { services }: AppModel): string[] {
  const networks = services.find(({ name }) => name === service)?.networks ?? []
  return services
    .filter((it) => it.name !== service && it.networks.some((network) => networks.includes(network)))
    .map(({ name }) => name)
}

const UNLABELLED = 'it may know the service from elsewhere than its labels'

/** Whether the routers of a container that is unhealthy stay: those of a drained stand-in would answer 503. */
function keepsEmptyRouters(command: readonly string[]): boolean {
  return command.some((word) => /^--providers\.docker\.allowemptyservices(=true)?$/i.test(word))
}

function describeUpstream(service: ServiceModel, facts: TraefikFacts): Upstream {
  const running = facts.containers.filter((it) => it.service === service.name && !it.oneOff && isRunning(it))
  const labels = normaliseLabels(service.traefikLabels ?? {})
  const check = makeDrainCheck(service, running, facts)
  const obstacle = typeof check === 'string' ? check : undefined
  const differs = running.some(({ traefikLabels }) => !isSameLabels(traefikLabels ?? {}, labels))
  const others = facts.app.services
    .filter(({ name }) => name !== service.name)
    .map(({ traefikLabels }) => normaliseLabels(traefikLabels ?? {}))
  const standInLabels = makeStandInLabels(labels, others)
  return {
    ...(differs || obstacle !== undefined ? { obstacle: differs ? CHANGED : obstacle } : {}),
    ...(typeof check === 'object' && { check }),
    ...(running.every(isDrainable) ? {} : { undrainable: UNDRAINABLE }),
    ...(standInLabels !== undefined && { standInLabels }),
  }
}

const CHANGED = 'its labels change, and Traefik drops what two containers define differently'
const UNDRAINABLE = 'its container was started without a health check of dray'

/** The health check that the override file gives a service, or why it gives it no such check. */
function makeDrainCheck(
  service: ServiceModel,
  running: readonly Container[],
  { shells, resolved }: TraefikFacts,
): DrainCheck | string {
  const image = resolved.get(service.name)?.config
  if (service.healthCheck === 'disabled') return 'its health check is disabled'
  if (service.sharesMemory === true) return 'it shares /dev/shm'
  const defined = { ...image?.healthCheck, ...withShell(service.check, image?.shell) }
  const hasShell =
    running.length === 0
      ? /sh$/.test(defined.argv?.[0] ?? '')
      : running.every((it) => isDrainable(it) || shells.has(it.id))
  if (!hasShell) return 'its image has no shell, as far as dray can see'
  const check = wrapHealthCheck(defined)
  if (check !== undefined) return check
  if (service.healthCheck === 'defined') return 'its health check has values of the deploy'
  const labelled = portsOfLabels(normaliseLabels(service.traefikLabels ?? {}))
  const ports = labelled.length > 0 ? labelled : (image?.exposedPorts ?? [])
  const listening =
    ports.length === 0 ? undefined : wrapHealthCheck({ ...service.check, ...makeListenCheck(ports) })
  return listening ?? 'it has no health check, and its port is not known'
}

/** A check of the compose file with the shell of the image. */
function withShell(
  check: PartialHealthCheck = {},
  shell: readonly string[] = defaultShell,
): PartialHealthCheck {
  const isText = defaultShell.every((word, index) => check.argv?.[index] === word)
  return check.argv === undefined || !isText
    ? check
    : { ...check, argv: [...shell, ...check.argv.slice(defaultShell.length)] }
}

/** A Traefik that is no service of the app: the labels of services show it. */
export function findOutsideTraefik(facts: TraefikFacts): Proxy[] {
  const upstreams = findUpstreams(undefined, facts)
  const names = Object.keys(upstreams)
  if (names.length === 0) return []
  return [
    {
      service: 'traefik',
      kind: 'traefik',
      cause: `labels of ${names.join(', ')}; it is not in this project`,
      obstacle: undefined,
      canReload: false,
      upstreams,
      isOutside: true,
    },
  ]
}

/** Containers with labels of Traefik, and a shell in which dray can write a file. Never throws: one may have ended. */
export async function observeShells(
  containers: readonly Container[],
  engine: Pick<Engine, 'exec'>,
): Promise<ReadonlySet<string>> {
  const asked = containers.filter(
    (it) => it.traefikLabels !== undefined && it.state === 'running' && !isDrainable(it),
  )
  const found = await Promise.all(
    asked.map(({ id }) =>
      engine.exec(id, drainableShell).then(
        ({ exitCode }) => (exitCode === 0 ? [id] : []),
        () => [],
      ),
    ),
  )
  return new Set(found.flat())
}
