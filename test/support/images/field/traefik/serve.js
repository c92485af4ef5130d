import { Agent, createServer, request as send } from 'node:http'
import { parseRule } from './rule.js'

/** Idle connections to servers are closed after this time, whatever the configuration says meanwhile. */
const idleMs = 90_000

/** Listens on the entry points, by name and port; `use` takes a configuration for all requests from then on. */
export function serve(entryPoints) {
  const agent = new Agent({ keepAlive: true, timeout: idleMs, maxFreeSockets: 200 })
  let routes = []
  const turns = new Map()
  for (const [entryPoint, port] of Object.entries(entryPoints)) {
    createServer((request, response) => route({ request, response, entryPoint })).listen(port)
  }

  function route({ request, response, entryPoint }) {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '')
    const path = (request.url ?? '/').split('?')[0]
    if (path === '/ping' && entryPoint === 'traefik') return end(response, 200, 'OK')
    const found = routes.find((it) => it.isFor(entryPoint) && it.matches({ host, path }))
    if (found === undefined) return end(response, 404, '404 page not found')
    const server = nextServer(found)
    if (server === undefined) return end(response, 503, 'no available server')
    pass({ request, response, url: new URL(stripped(request.url ?? '/', found), server) })
  }

  function nextServer({ service, servers }) {
    const turn = turns.get(service) ?? 0
    turns.set(service, turn + 1)
    return servers[turn % servers.length]
  }

  function pass({ request, response, url }) {
    const passed = send(url, {
      method: request.method,
      agent,
      headers: {
        ...withoutHop(request.headers),
        'x-forwarded-host': request.headers.host ?? '',
        'x-forwarded-proto': 'http',
      },
    })
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode, withoutHop(answer.headers))
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    passed.on('error', () => {
      if (response.headersSent) return response.destroy()
      // Go sends it again on another connection when the one that was kept had been closed, and nothing can be repeated by it.
      if (passed.reusedSocket && request.method === 'GET') return pass({ request, response, url })
      end(response, 502, 'Bad Gateway')
    })
    response.on('close', () => passed.destroy())
    request.pipe(passed)
  }

  return {
    use(configuration) {
      routes = routesOf(configuration)
    },
  }
}

/** In the order in which they are tried: by priority, which is the length of the rule unless told. */
function routesOf({ routers, services, middlewares }) {
  return Object.entries(routers)
    .flatMap(([name, { rule, service, entryPoints, middlewares: used, priority }]) => {
      const servers = services[service]?.servers
      if (servers === undefined) return []
      const stripPrefixes = used.flatMap((it) => middlewares[it.split('@')[0]]?.stripPrefixes ?? [])
      const isFor = (entryPoint) => entryPoints === undefined || entryPoints.includes(entryPoint)
      return [
        {
          name,
          service,
          servers,
          stripPrefixes,
          isFor,
          matches: parseRule(rule),
          priority: priority ?? rule.length,
        },
      ]
    })
    .sort((a, b) => b.priority - a.priority)
}

function stripped(url, { stripPrefixes }) {
  const prefix = stripPrefixes.find((it) => url.startsWith(it))
  const rest = prefix === undefined ? url : url.slice(prefix.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

const ofConnection = ['connection', 'keep-alive']

/** Headers but for those of one connection. */
function withoutHop(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.includes(name)))
}

function end(response, status, text) {
  response.writeHead(status, { 'content-type': 'text/plain' })
  response.end(`${text}\n`)
}
