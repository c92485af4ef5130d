/**
 * A stand-in for Traefik, where no image of it can be had: the Docker provider and the file provider, entry points over
 * HTTP, routers, and load balancers, as far as it matters to how containers are taken and dropped (Traefik 3, main of
 * 2026-07-24):
 *
 * - of the Engine's events only `start`, `die` and `health_status` count; each has all containers listed and inspected
 * - a container that is not running, or has a health check and is not healthy, has no server
 * - a new configuration is in use at once, the next at the earliest 2 s later, and of several the last one
 * - containers that share a service add a server each; routers and middlewares of one name that differ are deleted
 * - round robin; connections to servers are kept for 90 s, also when the server is in the configuration no more; a request
 *   that failed is not sent again, but for one without a body over a connection that the server had closed
 *
 * Not there: TLS, TCP and UDP routers, WebSockets, weights, sticky sessions, a server's own health check, the dashboard.
 */
import { watchContainers } from './docker.js'
import { readFileProvider } from './file-provider.js'
import { configurationOf, mergeAll } from './label-configuration.js'
import { serve } from './serve.js'
import { readSettings } from './settings.js'
import { throttle } from './throttle.js'

const settings = readSettings(process.argv.slice(2))
console.log('This is a stand-in for Traefik, made for tests: see test/support/images/field/traefik in dray.')

const fromFile = readFileProvider(settings)
const server = serve(settings.entryPoints)
const use = throttle(settings.throttleMs, (configuration) => {
  server.use(configuration)
  console.log(`Configuration received: ${JSON.stringify(configuration)}`)
})

use(fromFile)
if (settings.docker !== undefined) {
  const { docker } = settings
  watchContainers((containers) =>
    use(mergeAll([fromFile, ...containers.flatMap((it) => configurationOf(it, docker))])),
  )
}
process.once('SIGTERM', () => process.exit(0))
