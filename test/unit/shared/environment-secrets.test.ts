import { expect, test } from 'vitest'
import { findEnvironmentSecrets } from '../../../src/shared/secrets/environment-secrets.ts'

test.each<[string, string[]]>([
  ['SESSION_SECRET=trial-app-secret', ['trial-app-secret']],
  ['SECRET_KEY_BASE=0123456789abcdef', ['0123456789abcdef']],
  ['API_TOKEN_2=a=b=c=d=e', ['a=b=c=d=e']],
  ['DB_PASSWORD=hunter22', ['hunter22']],
  ['POSTGRES_PASSWORD_FILE=/run/secrets/password', []],
  ['TLS_KEY=/etc/tls/shop.key', []],
  [
    'DATABASE_URL=postgres://shop:p%40ssword@db/shop',
    ['postgres://shop:p%40ssword@db/shop', 'p%40ssword', 'p@ssword'],
  ],
  ['CACHE=redis://:long-enough@cache:6379', ['long-enough', 'long-enough']],
  ['QUEUE=amqp://a:%zz-broken-%@mq', ['%zz-broken-%']],
  ['NODE_ENV=production', []],
  ['AUTH_URL=https://login.example.com/', []],
  ['KEYCLOAK_HOST=keycloak', []],
  ['APP_KEY=production', []],
  ['ADMIN_PASSWORD=secret', []],
  ['GIT_SHA=0123456789abcdef0123456789abcdef01234567', []],
  ['PATH=/usr/local/sbin:/usr/local/bin', []],
  ['NO_EQUALS_SIGN', []],
  ['', []],
])('%s', (entry, secrets) => {
  expect(findEnvironmentSecrets([entry]).map((secret) => secret.reveal())).toEqual(secrets)
})
