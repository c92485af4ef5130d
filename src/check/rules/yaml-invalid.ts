import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const yamlInvalid: Rule = {
  code: 'YAML_INVALID',
  severity: 'error',
  title: 'A workflow, a compose file or dray.yml is not valid YAML.',
  why: 'GitHub does not start such a workflow, and Compose refuses such a file.',
  hint: 'Correct the line that is shown. The usual cause is the indentation, or a text with `: ` that needs quotes.',
  bad: { 'docker-compose.yml': lines('services:', '  web:', '    image: nginx:1.28', '   restart: always') },
  good: {
    'docker-compose.yml': lines('services:', '  web:', '    image: nginx:1.28', '    restart: always'),
  },
  *check({ yamlErrors }) {
    // Later errors of a file follow from its first one.
    const first = new Map(yamlErrors.toReversed().map((error) => [error.at.file, error]))
    for (const { message, at } of first.values())
      yield { at, message: `Invalid YAML: ${message.split('\n')[0] ?? ''}.` }
  },
}
