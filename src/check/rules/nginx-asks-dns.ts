import { lines } from '../lines.ts'
import { isDeployedByDray } from '../model/deploys.ts'
import { upstreamsOf } from '../model/nginx-upstreams.ts'
import type { Rule } from '../rule.ts'

export const nginxAsksDns: Rule = {
  code: 'NGINX_ASKS_DNS',
  severity: 'warning',
  title: 'nginx resolves a service through Docker DNS at run time, so dray cannot switch its traffic.',
  why: 'Docker DNS returns a container as soon as it starts, ready or not, and still returns one that is about to stop. With `resolver` and a variable, or with `resolve`, requests go to both and fail during a deploy.',
  hint: 'Write the name directly in `proxy_pass`, as in `proxy_pass http://backend:8000;`, and remove `resolver`: dray reloads nginx when the new containers are healthy.',
  bad: {
    'nginx/conf.d/default.conf': lines(
      'server {',
      '    resolver 127.0.0.11 valid=5s;',
      '    set $backend http://app:8000;',
      '    location / {',
      '        proxy_pass $backend;',
      '    }',
      '}',
    ),
    'docker-compose.yml': composeText(),
    'dray.yml': lines('environments:', '  production: { host: deploy@shop.example.com }'),
  },
  good: {
    'nginx/conf.d/default.conf': lines(
      'server {',
      '    location / {',
      '        proxy_pass http://app:8000;',
      '    }',
      '}',
    ),
    'docker-compose.yml': composeText(),
    'dray.yml': lines('environments:', '  production: { host: deploy@shop.example.com }'),
  },
  *check(repository) {
    if (!isDeployedByDray(repository)) return
    for (const { at, host, isAskedAgain } of upstreamsOf(repository))
      if (isAskedAgain)
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
