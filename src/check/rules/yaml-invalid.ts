import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const yamlInvalid: Rule = {
  code: 'YAML_INVALID',
  severity: 'error',
  title: 'A workflow, a compose file or dray.yml is not YAML.',
  why: 'GitHub does not start such a workflow, and Compose refuses such a file.',
  fix: 'Mend the line that is shown; most often it is the indentation, or a text with `: ` that needs quotes.',
  bad: { 'docker-compose.yml': lines('services:', '  web:', '    image: nginx:1.28', '   restart: always') },
  good: {
    'docker-compose.yml': lines('services:', '  web:', '    image: nginx:1.28', '    restart: always'),
  },
  *check({ yamlErrors }) {
    // What follows the first of a file follows from it.
    const first = new Map(yamlErrors.toReversed().map((error) => [error.at.file, error]))
    for (const { message, at } of first.values())
      yield { at, message: `This is not YAML: ${message.split('\n')[0] ?? ''}.` }
  },
}
