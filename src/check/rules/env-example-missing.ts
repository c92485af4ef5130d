import { deployTimeNames } from '../../config/environment-variables.ts'
import { lines } from '../lines.ts'
import { envFilesOf } from '../model/compose.ts'
import { topOf } from '../source-file.ts'
import type { Rule } from '../rule.ts'
import { hasTrackedEnv, variablesIn } from './variable-unknown.ts'

export const envExampleMissing: Rule = {
  code: 'ENV_EXAMPLE_MISSING',
  severity: 'note',
  title: 'The app needs a `.env`, and no `.env.example` says what is in it.',
  why: 'Whoever sets up the next server, or this one again after a loss, has to read the code to learn which secrets there are.',
  fix: 'Write `.env.example` with every name and no secret, and keep it in git.',
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
      yield { at: topOf(file), message: 'Nothing says which names the `.env` of the server has to have.' }
  },
}
