import { deployTimeNames } from '../../config/environment-variables.ts'
import { lines } from '../lines.ts'
import { envFilesOf } from '../model/compose.ts'
import { topOf } from '../source-file.ts'
import type { Rule } from '../rule.ts'
import { hasTrackedEnv, variablesIn } from './variable-unknown.ts'

export const envExampleMissing: Rule = {
  code: 'ENV_EXAMPLE_MISSING',
  severity: 'note',
  title: 'The app needs a `.env`, and no `.env.example` lists its variables.',
  why: 'To set up a server, or to restore one after a loss, you have to read the code to find the secrets it needs.',
  hint: 'Write a `.env.example` with every variable and no secret, and commit it.',
  bad: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:v1',
      '    env_file: .env',
    ),
  },
  good: {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:v1',
      '    env_file: .env',
    ),
    '.env.example': lines('DATABASE_URL='),
  },
  *check(repository) {
    const { apps, envExamples, tracked } = repository
    if (envExamples.length > 0) return
    const given = new Set<string>(deployTimeNames)
    const app = apps.find(
      (it) =>
        it.services.some((service) => envFilesOf(service).some((path) => tracked?.has(path) !== true)) ||
        (!hasTrackedEnv(it, repository) &&
          it.files.some(({ file }) => variablesIn(file).some(({ name }) => !given.has(name)))),
    )
    const file = app?.files[0]?.file
    if (file !== undefined)
      yield { at: topOf(file), message: "No `.env.example` lists the variables of the server's `.env`." }
  },
}
