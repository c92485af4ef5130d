import { lines } from '../lines.ts'
import { dependenciesOf } from '../model/compose.ts'
import type { Rule } from '../rule.ts'

export const dependencyUnknown: Rule = {
  code: 'DEPENDENCY_UNKNOWN',
  severity: 'error',
  title: 'A service depends on one that is not in the compose file.',
  why: 'Compose refuses the file: `service "app" depends on undefined service "database"`. No service of the app starts.',
  hint: 'Correct the name under `depends_on`.',
  bad: composeWith('database'),
  good: composeWith('db'),
  *check({ apps }) {
    for (const { services } of apps) {
      const known = new Set(services.map(({ name }) => name))
      for (const service of services)
        for (const { name, at, isRequired } of dependenciesOf(service))
          if (isRequired && !known.has(name))
            yield {
              at,
              message: `\`${service.name}\` depends on \`${name}\`, which is not in the compose file.`,
            }
    }
  },
}

function composeWith(dependency: string): Record<string, string> {
  return {
    'docker-compose.yml': lines(
      'services:',
      '  app:',
      '    image: ghcr.io/acme/shop:${IMAGE_TAG}',
      `    depends_on: [${dependency}]`,
      '  db:',
      '    image: postgres:17',
    ),
  }
}
