import { readFileSync } from 'node:fs'
import { emptyConfiguration } from './label-configuration.js'

/** The configuration in the file that the static one names; only the part of YAML that is JSON. */
export function readFileProvider({ file }) {
  const configuration = emptyConfiguration()
  if (file === undefined) return configuration
  const { http = {} } = JSON.parse(readFileSync(file, 'utf8'))
  for (const [name, { rule, service, entryPoints, priority }] of Object.entries(http.routers ?? {}))
    configuration.routers[name] = { rule, service, entryPoints, middlewares: [], priority }
  for (const [name, { loadBalancer }] of Object.entries(http.services ?? {}))
    configuration.services[name] = { servers: loadBalancer.servers.map(({ url }) => url) }
  return configuration
}
