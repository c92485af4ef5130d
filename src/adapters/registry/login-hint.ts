/**
 * What to do if a registry requires a login that dray does not have. Undefined for GHCR, for which the catalogue's hint is right: it
 * alone gets GITHUB_TOKEN.
 */
export function missingLoginHint(host: string): string | undefined {
  if (isGhcr(host)) return undefined
  return `Add the login to \`registries:\` in dray.yml, or log in here with \`${dockerLogin(host)}\`.`
}

/**
 * What to do if a registry rejects a login. `passwordVariable` holds the password of a login from dray.yml, for which `docker
 * login` would change nothing. Undefined for another login to GHCR.
 */
export function rejectedLoginHint(host: string, passwordVariable: string | undefined): string | undefined {
  if (passwordVariable !== undefined)
    return `The login is that of ${host} under \`registries:\` in dray.yml: check its username, and the password in ${passwordVariable}.`
  if (isGhcr(host)) return undefined
  return `The login may be outdated, or its account may not read this image. Log in again here with \`${dockerLogin(host)}\`.`
}

export function isGhcr(host: string): boolean {
  return host === 'ghcr.io'
}

/** Without a host, the docker command logs in to Docker Hub. */
function dockerLogin(host: string): string {
  return host === 'docker.io' ? 'docker login' : `docker login ${host}`
}
