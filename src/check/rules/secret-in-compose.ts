import { isSurelySecretName } from '../../shared/secrets/secret-name.ts'
import { lines } from '../lines.ts'
import { environmentOf } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

/** `postgres://shop:hunter2@db`; a variable in its place begins with `$`. */
const passwordInUrl = /^\w[\w+.-]*:\/\/[^\s:/@]*:[^\s@/$][^\s@/]*@/

export const secretInCompose: Rule = {
  code: 'SECRET_IN_COMPOSE',
  severity: 'warning',
  title: 'A password is written in the compose file.',
  why: 'The password is in git, is the same in test and production, and cannot be changed without a commit.',
  hint: 'Write `${NAME:?}` and put the value in `.env` on the server.',
  bad: {
    'docker-compose.yml': lines(
      'services:',
      '  db:',
      '    image: postgres:17',
      '    environment:',
      '      POSTGRES_PASSWORD: hunter2',
    ),
  },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  db:',
      '    image: postgres:17',
      '    environment:',
      '      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}',
    ),
  },
  *check({ apps }) {
    for (const service of apps.flatMap(({ services }) => services)) {
      for (const { name, value, at } of environmentOf(service)) {
        const isSecret = isSurelySecretName(name)
        // `true`, a number or a path is a setting. An empty text is not a secret.
        const isSetting =
          value === undefined ||
          value === '' ||
          value.includes('$') ||
          /^(true|false|yes|no|\d+|\/.*)$/i.test(value)
        if (!isSecret && value !== undefined && passwordInUrl.test(value))
          yield {
            at,
            message: `The URL in \`${name}\` of the service \`${service.name}\` has a password in it.`,
            isSecret: true,
          }
        if (isSecret && !isSetting)
          yield {
            at,
            message: `The value of \`${name}\` for the service \`${service.name}\` is in the compose file.`,
            isSecret: true,
          }
      }
    }
  },
}
