/**
 * Shell function `compose`, which is `docker compose` without the docker command in front: that one asks every plugin of the
 * machine who it is before it hands over, which takes longer than Compose itself (0.3 s against 0.1 s measured, Engine 28.5).
 * The program is looked for where docker does (docker/cli, `cli-plugins/manager/manager_unix.go`), and runs alone as it
 * does within docker (docker/compose, `cmd/main.go`); where it is elsewhere, docker finds it. Its variables have names that no
 * compose file asks for: the app's values may be in the environment.
 */
export const composeFunction = `
compose() (
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
