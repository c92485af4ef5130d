import { lines } from '../lines.ts'
import { mountsOf } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

export const dockerSocket: Rule = {
  code: 'DOCKER_SOCKET',
  severity: 'warning',
  title: 'A service can control Docker on the server.',
  why: 'A process with the socket of Docker is root on the server: it can start a container that mounts `/`. A mount with `:ro` does not prevent that. One hole in the service, or in its image, opens everything.',
  hint: 'Remove the mount, or give the service a proxy such as tecnativa/docker-socket-proxy that allows only the requests it needs.',
  bad: composeWith('/var/run/docker.sock:/var/run/docker.sock:ro'),
  good: composeWith('uploads:/uploads'),
  *check({ apps }) {
    for (const service of apps.flatMap(({ services }) => services))
      for (const { at, source } of mountsOf(service))
        if (
          /^(?:\/var)?\/run\/docker\.sock$/.test(source ?? '') &&
          !/socket-?proxy/.test(service.image?.text ?? '')
        )
          yield {
            at,
            message: `\`${service.name}\` has the socket of Docker: it can do anything on the server.`,
          }
  },
}

function composeWith(mount: string): Record<string, string> {
  return {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      `    volumes: ["${mount}"]`,
    ),
  }
}
