import { lines } from '../lines.ts'
import { upstreamsOf } from '../model/nginx-upstreams.ts'
import { dockerfileOf } from '../model/own-images.ts'
import { exposedPorts } from '../parse/dockerfile.ts'
import { environmentOf, mountedPaths } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

export const nginxWrongPort: Rule = {
  code: 'NGINX_WRONG_PORT',
  severity: 'warning',
  title: 'nginx passes requests to a port that the image does not expose.',
  why: 'Either the app does not listen on that port and nginx answers 502, or EXPOSE in the Dockerfile is wrong and a deploy watches the wrong port.',
  hint: 'Correct the port in the nginx configuration, or EXPOSE in the Dockerfile.',
  bad: projectWith('3000'),
  good: projectWith('8000'),
  *check(repository) {
    for (const { at, host, port, apps } of upstreamsOf(repository)) {
      const service = apps.flatMap(({ services }) => services).find(({ name }) => name === host)
      const source = service && dockerfileOf(service, repository)
      if (service === undefined || source === undefined || port === undefined) continue
      const ports = exposedPorts(source.dockerfile, source.target)
      // The compose file, or a file that it mounts, may set another port than the Dockerfile exposes.
      const isSet =
        mountedPaths(service).length > 0 || environmentOf(service).some(({ value }) => value?.includes(port))
      if (ports.length > 0 && !ports.includes(port) && !isSet)
        yield {
          at,
          message: `nginx passes requests to port ${port} of \`${host}\`, but ${source.dockerfile.file.path} exposes ${ports.join(', ')}.`,
        }
    }
  },
}

function projectWith(port: string): Record<string, string> {
  return {
    'nginx/conf.d/default.conf': lines(
      'server {',
      '    location / {',
      `        proxy_pass http://app:${port};`,
      '    }',
      '}',
    ),
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    build: .',
      '  nginx:',
      '    image: nginx:1.28',
      '    volumes: ["./nginx/conf.d:/etc/nginx/conf.d:ro"]',
    ),
    Dockerfile: lines('FROM node:22-alpine', 'EXPOSE 8000', 'CMD ["node", "server.js"]'),
  }
}
