import { readFile } from 'node:fs/promises'

/** A port that a service publishes, as its compose file writes it: numbers, ranges or variables. */
export type ShapePort = { host?: string; published?: string | number; target?: string | number }

/** One service of an app, as shapes.json has it; what is absent was not in the compose file. */
export type ShapeService = {
  name: string
  /** `own` and `third`, or the proxy that it is. */
  role: string
  built?: boolean
  /** By which of its names the proxy's configuration has it. */
  proxied?: string
  container_name?: boolean
  ports?: readonly ShapePort[]
  healthcheck?: string
  interval?: string
  start_period?: string
  volumes?: readonly string[]
  env_file?: boolean
  restart?: string
  profiles?: boolean
  network_mode?: string
  static_address?: boolean
  replicas?: number | string
  limits?: boolean
  depends_on?: readonly string[]
  conditions?: readonly string[]
  traefik?: boolean
  stop_grace?: string
  read_only?: boolean
  user?: boolean
  command?: boolean
  built_proxy?: boolean
}

/** A real app without its names: what is in front of it, and its services. */
export type Shape = {
  id: string
  proxy: string
  resolver_variable?: boolean
  services: readonly ShapeService[]
}

const known = new Set([
  ...[
    'name',
    'role',
    'built',
    'proxied',
    'container_name',
    'ports',
    'healthcheck',
    'interval',
    'start_period',
  ],
  ...['volumes', 'env_file', 'restart', 'profiles', 'network_mode', 'static_address', 'replicas', 'limits'],
  ...['depends_on', 'conditions', 'traefik', 'stop_grace', 'read_only', 'user', 'command', 'built_proxy'],
])

/**
 * Reads shapes from a file.
 * @throws with a sentence about the file, a shape or a field that is not understood
 */
export async function readShapes(file: string): Promise<Shape[]> {
  const value = JSON.parse(await readFile(file, 'utf8')) as unknown
  if (!Array.isArray(value)) throw new Error(`${file} has no list of shapes.`)
  return value.map((it) => checkShape(it as Partial<Shape>))
}

function checkShape(shape: Partial<Shape>): Shape {
  const { id, proxy, services } = shape
  if (typeof id !== 'string' || !/^[a-z0-9]+$/.test(id))
    throw new Error(`A shape has the id ${JSON.stringify(id)}: small letters and digits were expected.`)
  if (typeof proxy !== 'string' || !Array.isArray(services))
    throw new Error(`The shape ${id} has no proxy or no services.`)
  for (const service of services as ShapeService[]) {
    const unknown = Object.keys(service).find((field) => !known.has(field))
    if (unknown !== undefined)
      throw new Error(`The shape ${id} has the field ${unknown}, which is not known here.`)
  }
  return { ...shape, id, proxy, services }
}

/** How many containers a service has: what `replicas` says, or the default of the variable in it. */
export function replicasOf({ replicas = 1 }: ShapeService): number {
  if (typeof replicas === 'number') return replicas
  const [, count = '1'] = /-(\d+)\}$/.exec(replicas) ?? /^(\d+)$/.exec(replicas) ?? []
  return Number(count)
}
