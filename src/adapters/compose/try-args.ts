/** Traefik would send requests to any container that has the labels of the service. */
export const UNSEEN = ['--label', 'traefik.enable=false']

/**
 * The entrypoint of the official nginx image fills in its templates before it runs nginx.
 * https://github.com/nginx/docker-nginx/blob/master/entrypoint/docker-entrypoint.sh
 */
export const tryScript = `
export NGINX_ENTRYPOINT_QUIET_LOGS=1
[ ! -d /docker-entrypoint.d ] || [ ! -x /docker-entrypoint.sh ] || set -- /docker-entrypoint.sh "$@"
exec "$@"
`

/** `docker compose run` of a program, whatever the entrypoint of the service is. */
export function buildTryArgs({
  service,
  containerName,
  argv,
}: {
  service: string
  containerName: string
  argv: readonly string[]
}): string[] {
  const run = ['run', '--no-deps', '--no-TTY', '--interactive=false', ...UNSEEN, '--name', containerName]
  return [...run, '--entrypoint', 'sh', service, '-c', tryScript, 'dray', ...argv]
}
