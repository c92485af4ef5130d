/** What the labels of one container, as the Engine's inspect tells it, ask for; undefined parts where it has no place. */
export function configurationOf(container, options) {
  const labels = new Map(
    Object.entries(container.Config.Labels ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  )
  if (!isExposed(labels, options)) return []
  const isTaken = isServing(container)
  if (!isTaken && !options.allowEmptyServices) return []
  const own = nameOf(container, labels)
  const services = servicesOf({ container, labels, own, options, isTaken })
  return [
    { routers: routersOf(labels, own, Object.keys(services)), services, middlewares: middlewaresOf(labels) },
  ]
}

/** No routers, services or middlewares. */
export function emptyConfiguration() {
  return { routers: {}, services: {}, middlewares: {} }
}

/**
 * Services of one name have the servers of all; if anything else about them differs, they are deleted, as are routers and
 * middlewares of one name that are not the same.
 */
export function mergeAll(configurations) {
  const merged = emptyConfiguration()
  const deleted = { routers: new Set(), services: new Set(), middlewares: new Set() }
  for (const configuration of configurations) {
    for (const kind of ['routers', 'middlewares']) {
      for (const [name, value] of Object.entries(configuration[kind] ?? {})) {
        merged[kind][name] ??= value
        if (JSON.stringify(merged[kind][name]) !== JSON.stringify(value)) deleted[kind].add(name)
      }
    }
    for (const [name, { servers, ...rest }] of Object.entries(configuration.services)) {
      const known = merged.services[name]
      if (known === undefined) merged.services[name] = { servers: [...servers], ...rest }
      else if (JSON.stringify({ ...known, servers: [] }) !== JSON.stringify({ servers: [], ...rest }))
        deleted.services.add(name)
      else known.servers.push(...servers.filter((it) => !known.servers.includes(it)))
    }
  }
  for (const [kind, names] of Object.entries(deleted)) for (const name of names) delete merged[kind][name]
  return merged
}

function isExposed(labels, { exposedByDefault }) {
  const enabled = labels.get('traefik.enable')
  return enabled === undefined ? exposedByDefault : enabled === 'true'
}

/** Running, and not starting or unhealthy where Docker checks that. */
function isServing({ State: state }) {
  return state.Running && (state.Health === undefined || state.Health.Status === 'healthy')
}

/** Compose's service and project, else the container's name. */
function nameOf({ Name: name }, labels) {
  const service = labels.get('com.docker.compose.service')
  const project = labels.get('com.docker.compose.project')
  return (service === undefined ? name : `${service}-${project}`).replaceAll(/[^A-Za-z0-9]+/g, '-')
}

function servicesOf({ container, labels, own, options, isTaken }) {
  const declared = namesUnder(labels, 'services')
  const names = declared.length > 0 ? declared : [own]
  return Object.fromEntries(
    names.map((name) => {
      const prefix = `traefik.http.services.${name.toLowerCase()}.loadbalancer`
      const port = labels.get(`${prefix}.server.port`) ?? lowestPort(container)
      const scheme = labels.get(`${prefix}.server.scheme`) ?? 'http'
      const address = addressOf(container, labels, options)
      const isThere = isTaken && port !== undefined && address !== undefined
      return [name, { servers: isThere ? [`${scheme}://${address}:${port}`] : [], scheme }]
    }),
  )
}

function routersOf(labels, own, services) {
  const names = namesUnder(labels, 'routers')
  if (names.length === 0) names.push(own)
  return Object.fromEntries(
    names.flatMap((name) => {
      const label = (key) => labels.get(`traefik.http.routers.${name.toLowerCase()}.${key}`)
      const service = label('service') ?? (services.length === 1 ? services[0] : undefined)
      if (service === undefined) return []
      const rule = label('rule') ?? `Host(\`${own}\`)`
      const priority = label('priority') === undefined ? undefined : Number(label('priority'))
      const entryPoints = label('entrypoints')?.split(',')
      const middlewares = label('middlewares')?.split(',') ?? []
      return [[name, { rule, service, entryPoints, middlewares, priority }]]
    }),
  )
}

/** Only those that take a prefix off the path. */
function middlewaresOf(labels) {
  return Object.fromEntries(
    namesUnder(labels, 'middlewares').map((name) => {
      const prefixes = labels.get(`traefik.http.middlewares.${name.toLowerCase()}.stripprefix.prefixes`)
      return [name, { stripPrefixes: prefixes?.split(',') ?? [] }]
    }),
  )
}

function namesUnder(labels, kind) {
  const prefix = `traefik.http.${kind}.`
  const names = [...labels.keys()].filter((it) => it.startsWith(prefix)).map((it) => it.split('.')[3])
  return [...new Set(names)]
}

function lowestPort({ Config: config, NetworkSettings: network }) {
  const ports = Object.keys({ ...config.ExposedPorts, ...network.Ports })
  const numbers = ports.filter((it) => it.endsWith('/tcp')).map((it) => Number.parseInt(it, 10))
  return numbers.length === 0 ? undefined : Math.min(...numbers)
}

function addressOf({ HostConfig: host, NetworkSettings: { Networks: networks } }, labels, options) {
  if (host.NetworkMode === 'host') return '127.0.0.1'
  const wanted = labels.get('traefik.docker.network') ?? options.network
  const network = networks[wanted] ?? Object.values(networks)[0]
  return network?.IPAddress || undefined
}
