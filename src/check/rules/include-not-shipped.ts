import { isPrivatePath, whyPrivate } from '../../shared/private-file.ts'
import { lines } from '../lines.ts'
import { nodeAt, scalarsOf } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

export const includeNotShipped: Rule = {
  code: 'INCLUDE_NOT_SHIPPED',
  severity: 'error',
  title: '`bundle.include` in dray.yml names something that is not shipped.',
  why: 'The file is missing on the server. If a service mounts it, Docker creates an empty directory in its place.',
  hint: 'Put a file with secrets on the server by hand. Let git track other files, and name a file itself, not a link that leads elsewhere.',
  bad: {
    'dray.yml': lines(
      'environments: { production: { host: deploy@shop.example.com } }',
      'bundle: { include: [config/.env.production] }',
    ),
  },
  good: {
    'dray.yml': lines(
      'environments: { production: { host: deploy@shop.example.com } }',
      'bundle: { include: [config/app.conf] }',
    ),
  },
  *check({ config, leftOut }) {
    if (config === undefined) return
    for (const at of scalarsOf(nodeAt(config.root, 'bundle', 'include'))) {
      const reason = leftOut.get(at.text) ?? (isPrivatePath(at.text) ? whyPrivate : undefined)
      if (reason !== undefined) yield { at, message: `\`${at.text}\` is not shipped: ${reason}.` }
    }
  },
}
