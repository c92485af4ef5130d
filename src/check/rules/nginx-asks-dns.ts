import { lines } from '../lines.ts'
import { isDeployedByDray } from '../model/deploys.ts'
import { upstreamsOf } from '../model/nginx-upstreams.ts'
import type { Rule } from '../rule.ts'

export const nginxAsksDns: Rule = {
  code: 'NGINX_ASKS_DNS',
  severity: 'warning',
  title: 'nginx resolves a server of an `upstream` at run time, so dray cannot switch its traffic.',
  why: 'Docker DNS returns a container as soon as it starts, ready or not, and still returns one that is about to stop. A server with `resolve` gets both addresses, so dray recreates the service, which is unavailable meanwhile. `resolver` with a variable in `proxy_pass` is no obstacle.',
  hint: 'Remove `resolve` from the server: dray reloads nginx when the new containers are healthy.',
  bad: {
    'nginx/conf.d/default.conf': lines(
      'upstream backend {',
      '    zone backend 64k;',
      '    resolver 127.0.0.11 valid=5s;',
      '    server app:8000 resolve;',
      '}',
      'server {',
      '    location / {',
      '        proxy_pass http://backend;',
      '    }',
      '}',
    ),
    'docker-compose.yml': composeText(),
    'dray.yml': lines('environments:', '  production: { host: deploy@shop.example.com }'),
  },
  good: {
    'nginx/conf.d/default.conf': lines(
      'upstream backend {',
      '    server app:8000;',
      '}',
      'server {',
      '    location / {',
      '        proxy_pass http://backend;',
      '    }',
      '}',
    ),
    'docker-compose.yml': composeText(),
    'dray.yml': lines('environments:', '  production: { host: deploy@shop.example.com }'),
  },
  *check(repository) {
    if (!isDeployedByDray(repository)) return
    for (const { at, host, isResolvedServer } of upstreamsOf(repository))
      if (isResolvedServer)
        yield {
          at,
          message: `nginx resolves \`${host}\` at run time and may get a container that is not ready or about to stop.`,
        }
  },
}

function composeText(): string {
  return lines(
    'services:',
    '  app:',
    '    image: ghcr.io/acme/shop:v1',
    '  nginx:',
    '    image: nginx:1.28',
    '    volumes: ["./nginx/conf.d:/etc/nginx/conf.d:ro"]',
  )
}
