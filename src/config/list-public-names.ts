import type { DeployConfig } from './deploy-config.ts'

/**
 * Where dray.yml says that the app and its servers are: host names, with the port if there is one, and the URLs without path, user
 * and password. A variable of the server with such a value is no secret, whatever its name is.
 */
export function listPublicNames({ probe, front, environment }: DeployConfig): ReadonlySet<string> {
  const urls = [environment.url, probe ? probe.url : undefined].flatMap((text) =>
    text !== undefined && URL.canParse(text) ? [new URL(text)] : [],
  )
  return new Set([
    ...urls.flatMap(({ hostname, host, origin }) => [hostname, host, origin, `${origin}/`]),
    ...(front?.domains ?? []).flatMap(({ name }) => [name, `https://${name}`]),
    ...[...environment.hosts, ...environment.nodes].flatMap((host) => [
      host,
      host.replace(/^(?:ssh:\/\/)?(?:.*@)?/, '').replace(/:\d+\/?$/, ''),
    ]),
  ])
}
