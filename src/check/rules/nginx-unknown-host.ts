import { lines } from '../lines.ts'
import { namesOf, upstreamsOf } from '../model/nginx-upstreams.ts'
import type { Rule } from '../rule.ts'

export const nginxUnknownHost: Rule = {
  code: 'NGINX_UNKNOWN_HOST',
  severity: 'error',
  title: 'nginx passes requests to a service that is not in the compose file.',
  why: 'nginx does not start: `host not found in upstream`. Everything it serves is down, not only this location.',
  hint: 'Correct the name in the nginx configuration or in the compose file.',
  bad: composeWith('backend'),
  good: composeWith('app'),
  *check(repository) {
    for (const { at, host, apps } of upstreamsOf(repository)) {
      const known = apps.map(namesOf)
      if (known.length > 0 && known.every((names) => !names.has(host)))
        yield { at, message: `${apps[0]?.files[0]?.file.path ?? ''} has no service \`${host}\`.` }
    }
  },
}

function composeWith(host: string): Record<string, string> {
  return {
    'nginx/conf.d/default.conf': lines(
      'server {',
      '    location / {',
      `        proxy_pass http://${host}:8000;`,
      '    }',
      '}',
    ),
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:v1',
      '  nginx:',
      '    image: nginx:1.28',
      '    volumes: ["./nginx/conf.d:/etc/nginx/conf.d:ro"]',
    ),
  }
}
