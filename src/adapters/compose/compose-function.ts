/**
 * Shell function `compose`: runs `docker compose` without the docker command, which first asks every installed plugin for
 * its name and takes longer than Compose itself (0.3 s instead of 0.1 s measured, Engine 28.5). The program is found in
 * the same places as by docker (docker/cli, `cli-plugins/manager/manager_unix.go`), and runs on its own as it does within
 * docker (docker/compose, `cmd/main.go`); if it is elsewhere, docker finds it. A deploy removes old containers itself, whatever
 * COMPOSE_REMOVE_ORPHANS in the server's `.env` says. The names of its variables are not used in
 * compose files, because the app's values may be in the environment.
 */
export const composeFunction = `
compose() (
  export COMPOSE_REMOVE_ORPHANS=0
  dray_config=\${DOCKER_CONFIG:-\${HOME-}/.docker}
  if ! grep -qs cliPluginsExtraDirs "$dray_config/config.json"; then
    for dray_directory in "$dray_config" /usr/local/lib/docker /usr/local/libexec/docker /usr/lib/docker /usr/libexec/docker; do
      dray_program=$dray_directory/cli-plugins/docker-compose
      [ ! -x "$dray_program" ] || exec "$dray_program" "$@"
    done
  fi
  exec docker compose "$@"
)
`
