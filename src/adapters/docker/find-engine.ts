/** Where the docker command finds the Engine if nothing else is configured. */
export const usualSocket = '/var/run/docker.sock'

/**
 * Prints the address of the Engine that the docker command uses, such as `unix:///var/run/docker.sock`. The command itself combines
 * DOCKER_HOST and contexts, and costs as much as a whole shell script, so it is run only if there is one of them.
 * https://docs.docker.com/engine/manage-resources/contexts/
 */
export const findEngine = `
if command -v docker > /dev/null && [ -z "\${DOCKER_HOST-}\${DOCKER_CONTEXT-}" ] &&
  ! grep -qs '"currentContext"' "\${DOCKER_CONFIG:-\${HOME-}/.docker}/config.json"; then
  echo unix://${usualSocket}
else
  exec docker context inspect --format '{{.Endpoints.docker.Host}}'
fi
`
