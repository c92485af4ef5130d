import { lines } from '../lines.ts'
import { findNginxErrors } from '../parse/nginx-errors.ts'
import type { Rule } from '../rule.ts'

export const nginxSyntax: Rule = {
  code: 'NGINX_SYNTAX',
  severity: 'error',
  title: 'An nginx configuration has a syntax error.',
  why: 'nginx does not start with it, and refuses to reload.',
  hint: 'Correct the line, and test it: `docker compose exec nginx nginx -t`.',
  bad: configWith('        proxy_pass http://app:8000'),
  good: configWith('        proxy_pass http://app:8000;'),
  *check({ nginxFiles }) {
    for (const { file } of nginxFiles) yield* findNginxErrors(file)
  },
}

function configWith(line: string): Record<string, string> {
  return {
    'nginx/conf.d/default.conf': lines(
      'server {',
      '    listen 80;',
      '    location / {',
      line,
      '        proxy_set_header Host $host;',
      '    }',
      '}',
    ),
  }
}
