import { isSurelySecretName } from '../../shared/secrets/secret-name.ts'
import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const secretInDockerfile: Rule = {
  code: 'SECRET_IN_DOCKERFILE',
  severity: 'warning',
  title: 'A Dockerfile takes a secret as ARG or ENV.',
  why: 'The value stays in the image: `docker history` shows it, and the provenance attached to a public image lists its build arguments.',
  hint: 'Mount the secret for the one command that needs it: `RUN --mount=type=secret,id=npm_token …`.',
  bad: { Dockerfile: lines('FROM node:22-alpine', 'ARG NPM_TOKEN', 'RUN npm ci') },
  good: {
    Dockerfile: lines('FROM node:22-alpine', 'RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci'),
  },
  *check({ dockerfiles }) {
    for (const instruction of dockerfiles.flatMap(({ stages }) =>
      stages.flatMap(({ instructions }) => instructions),
    )) {
      if (instruction.name !== 'ARG' && instruction.name !== 'ENV') continue
      const [, name = '', value = ''] = /^(\w+)(?:[=\s]+(.*))?$/s.exec(instruction.value) ?? []
      const isSecret = isSurelySecretName(name)
      // A placeholder such as `dummy`, or a path, is written in full.
      const isHarmless =
        instruction.name === 'ENV' &&
        (value === '' || /^["']?(?:\/|dummy|changeme|placeholder|build|secret|x+["']?$)/i.test(value))
      const isDummy = /dummy|placeholder|build-?time|not-?used|fake/i.test(value)
      if (isSecret && !isHarmless && !isDummy)
        yield {
          at: instruction,
          message: `The value of \`${name}\` stays in the image.`,
          isSecret: value !== '',
        }
    }
  },
}
