import { lines } from '../lines.ts'
import { deployScripts, isDeployedByDray } from '../model/deploys.ts'
import { upstreamsOf } from '../model/nginx-upstreams.ts'
import type { Rule } from '../rule.ts'

export const nginxStaleAddress: Rule = {
  code: 'NGINX_STALE_ADDRESS',
  severity: 'error',
  title: 'nginx resolves a service only when it starts, and the deploy does not reload it.',
  why: 'nginx resolves the name in `proxy_pass` when it starts. The new container has another address, so after a deploy nginx answers 502 until it is reloaded.',
  hint: 'Reload nginx after `up`: `docker compose exec nginx nginx -s reload`. `dray deploy` does so at the right moment and loses no request.',
  bad: {
    'nginx/conf.d/default.conf': lines(
      'server {',
      '    location / {',
      '        proxy_pass http://app:8000;',
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
    'deploy.sh': lines('set -eu', 'docker compose pull', 'docker compose up -d'),
  },
  good: {
    'nginx/conf.d/default.conf': lines(
      'server {',
      '    location / {',
      '        proxy_pass http://app:8000;',
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
    'deploy.sh': lines(
      'set -eu',
      'docker compose pull',
      'docker compose up -d',
      'docker compose exec nginx nginx -s reload',
    ),
  },
  *check(repository) {
    const scripts = deployScripts(repository)
    if (scripts.length === 0 || isDeployedByDray(repository)) return
    const reloads =
      /nginx\s+-s\s+reload|compose\s+(?:\S+\s+)*?(?:restart|up)\s+(?:\S+\s+)*?(?:nginx|proxy|web)\b|--force-recreate|compose\s+(?:-\S+\s+\S+\s+)*down|\s-s\s+(?:SIG)?HUP/
    if (repository.commands.some(({ file }) => reloads.test(file.text))) return
    for (const { at, host, isAskedAgain } of upstreamsOf(repository))
      if (!isAskedAgain)
        yield {
          at,
          message: `nginx keeps the address that \`${host}\` had when nginx started, and ${scripts[0]?.file.path ?? ''} never reloads it.`,
        }
  },
}
