import { describe, expect, test } from 'vitest'
import {
  endsAsSecretName,
  isSecretName,
  isSurelySecretName,
} from '../../../src/shared/secrets/secret-name.ts'

/** Whether any word, the last word, or the name for sure marks a secret. */
test.each<[string, boolean, boolean, boolean]>([
  ['AUTH_TOKEN', true, true, true],
  ['API_KEY', true, true, true],
  ['DB_PASSWORD', true, true, true],
  ['PGPASSWORD', true, true, true],
  ['SECRET_KEY_BASE', true, true, true],
  ['API_TOKEN_2', true, true, true],
  ['db-password', true, true, true],
  ['authToken', true, true, true],
  ['GHCR_PAT', true, true, true],
  ['STRIPEAPIKEY', true, true, true],
  ['DBPASS', true, true, false],
  ['MYSQL_PWD', true, true, false],
  ['CACHE_KEY', true, true, false],
  ['REDIS_AUTH', true, true, false],
  ['SENTRY_DSN', true, true, false],
  ['GOOGLE_CREDENTIALS', true, true, false],
  ['DATABASE_URL', true, true, false],
  ['MAX_TOKENS', true, true, false],
  ['TOKEN_URL', true, false, false],
  ['AUTH_HEADER', true, false, false],
  ['POSTGRES_PASSWORD_FILE', true, false, false],
  ['AUTHOR', false, false, false],
  ['MONKEY_URL', false, false, false],
  ['MONKEY', false, false, false],
  ['KEYBOARD', false, false, false],
  ['KEYCLOAK_HOST', false, false, false],
  ['PASSENGER_APP', false, false, false],
  ['SECRETARY', false, false, false],
  ['TOKENIZER', false, false, false],
  ['PATH', false, false, false],
  ['PWD', false, false, false],
  ['NODE_ENV', false, false, false],
  ['', false, false, false],
])('%s', (name, any, last, sure) => {
  expect([isSecretName(name), endsAsSecretName(name), isSurelySecretName(name)]).toEqual([any, last, sure])
})

describe('each stricter question', () => {
  test('is a part of the wider one', () => {
    const words = ['API', 'KEY', 'TOKEN', 'PASS', 'PWD', 'AUTH', 'URL', 'BASE', '2', 'DATABASE', 'DSN', 'PAT']
    for (const first of words)
      for (const second of words) {
        const name = `${first}_${second}`
        if (isSurelySecretName(name)) expect([name, endsAsSecretName(name)]).toEqual([name, true])
        if (endsAsSecretName(name)) expect([name, isSecretName(name)]).toEqual([name, true])
      }
  })
})
