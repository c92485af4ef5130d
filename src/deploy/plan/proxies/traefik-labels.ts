export type Labels = Readonly<Record<string, string>>

/** Names of routers or services in labels of Traefik, which do not distinguish case. */
function namesUnder(labels: Labels, kind: string): string[] {
  const names = Object.keys(labels).map(
    (label) => new RegExp(`^traefik\\.${kind}\\.([^.]+)\\.`).exec(label)?.[1] ?? '',
  )
  return [...new Set(names)].filter((name) => name !== '')
}

/** With the names in lower case. */
export function normaliseLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name.toLowerCase(), value]))
}

/** Whether Traefik's Docker provider takes a container with these labels; undefined if it depends on its settings. */
export function isTakenByLabels(labels: Labels): boolean | undefined {
  const enabled = labels['traefik.enable']
  if (enabled !== undefined) return enabled.toLowerCase() === 'true'
  return namesUnder(labels, 'http\\.(?:routers|services)').length > 0 ||
    /* TCP, UDP */ hasOtherRouters(labels)
    ? true
    : undefined
}

/** Ports that the labels send requests to. */
export function portsOfLabels(labels: Labels): number[] {
  const ports = Object.entries(labels).flatMap(([name, value]) =>
    /^traefik\.\w+\.services\.[^.]+\.loadbalancer\.server\.port$/.test(name) ? Number(value) : [],
  )
  return [...new Set(ports)].filter((port) => port > 0)
}

/** Whether two sets of labels define the same; Traefik drops a router that two containers define differently. */
export function isSameLabels(a: Labels, b: Labels): boolean {
  const text = (labels: Labels) => JSON.stringify(Object.entries(normaliseLabels(labels)).sort())
  return text(a) === text(b)
}

const SUFFIX = '-dray'

/**
 * Labels that a stand-in has besides those of its service, so that Traefik sends every request to it, and none to the old
 * container: each router once more, under another name, with a priority that is higher by one and a service of its own.
 * Undefined if that is not certain to work: without a rule, with TCP, with a service that is not in the labels, or if
 * another router of the app has just that priority. `others`: labels of the other services.
 * https://doc.traefik.io/traefik/reference/routing-configuration/http/router/rules-and-priority/
 */
export function makeStandInLabels(labels: Labels, others: readonly Labels[]): Labels | undefined {
  const routers = namesUnder(labels, 'http\\.routers')
  const services = namesUnder(labels, 'http\\.services')
  const taken = new Set(
    [labels, ...others].flatMap((it) => namesUnder(it, 'http\\.routers').map((name) => priorityOf(it, name))),
  )
  if (routers.length === 0 || services.length > 1 || hasOtherRouters(labels)) return undefined
  const service = services[0] ?? routers[0] ?? ''
  const added: Record<string, string> = {}
  for (const router of routers) {
    const priority = priorityOf(labels, router)
    const named = labels[`traefik.http.routers.${router}.service`]
    const isNamed = named === undefined || named.replace(/@docker$/, '').toLowerCase() === services[0]
    if (priority === undefined || taken.has(priority + 1) || !isNamed) return undefined
    copyLabels(labels, added, `traefik.http.routers.${router}`)
    added[`traefik.http.routers.${router}${SUFFIX}.priority`] = String(priority + 1)
    added[`traefik.http.routers.${router}${SUFFIX}.service`] = `${service}${SUFFIX}`
  }
  copyLabels(labels, added, `traefik.http.services.${service}`)
  // The default; some label has to define the service.
  added[`traefik.http.services.${service}${SUFFIX}.loadbalancer.passhostheader`] ??= 'true'
  return added
}

function copyLabels(from: Labels, to: Record<string, string>, prefix: string): void {
  for (const [name, value] of Object.entries(from)) {
    if (name.startsWith(`${prefix}.`)) to[`${prefix}${SUFFIX}${name.slice(prefix.length)}`] = value
  }
}

/** A router's priority: as set, else the length of its rule. Undefined without either. */
function priorityOf(labels: Labels, router: string): number | undefined {
  const set = Number(labels[`traefik.http.routers.${router}.priority`] ?? 0)
  return set === 0 ? labels[`traefik.http.routers.${router}.rule`]?.length : set
}

function hasOtherRouters(labels: Labels): boolean {
  return Object.keys(labels).some((name) => /^traefik\.(tcp|udp)\./.test(name))
}
