import { lines } from '../lines.ts'
import { childOf, entriesOf, scalarsOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'
import { directoryOf, joinPath } from '../source-file.ts'

export const drayComposeMissing: Rule = {
  code: 'DRAY_COMPOSE_MISSING',
  severity: 'error',
  title: 'dray.yml names a compose file that does not exist.',
  why: 'dray refuses to deploy that environment.',
  hint: 'Correct the path. It is relative to dray.yml.',
  bad: {
    'dray.yml': lines(
      'environments:',
      '  production:',
      '    host: deploy@shop.example.com',
      '    compose: docker-compose.prod.yml',
    ),
    'docker-compose.production.yml': lines('services: {}'),
  },
  good: {
    'dray.yml': lines(
      'environments:',
      '  production:',
      '    host: deploy@shop.example.com',
      '    compose: docker-compose.production.yml',
    ),
    'docker-compose.production.yml': lines('services: {}'),
  },
  *check({ config, files }) {
    if (config === undefined) return
    for (const [, { value }] of entriesOf(childOf(config.root, 'environments'))) {
      for (const at of scalarsOf(childOf(value, 'compose'))) {
        const path = joinPath(directoryOf(config.file.path), at.text)
        // Files outside the repository are not checked.
        if (path !== undefined && !files.has(path)) yield { at, message: `The file ${path} does not exist.` }
      }
    }
  },
}
