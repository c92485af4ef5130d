import { findNearest } from '../../shared/nearest.ts'
import { lines } from '../lines.ts'
import { childOf, entriesOf, scalarText } from '../parse/yaml-tree.ts'
import type { Rule } from '../rule.ts'

/** Words that have a meaning as `tag`; every other text is a tag itself. */
const rules = ['version', 'sha', 'latest']

export const tagMisspelt: Rule = {
  code: 'TAG_MISSPELT',
  severity: 'error',
  title: 'The tag of an environment is a misspelt rule.',
  why: '`version` and `sha` are rules: dray computes the tag. Any other text is a tag that the registry has to have.',
  hint: 'Correct the word. A tag that has this name is written as `--tag NAME` at the deploy.',
  bad: configWith('verison'),
  good: configWith('version'),
  *check({ config }) {
    for (const [name, { value }] of entriesOf(childOf(config?.root, 'environments'))) {
      const tag = childOf(value, 'tag')
      const text = scalarText(tag) ?? ''
      const meant = findNearest(text, rules)
      if (
        tag !== undefined &&
        meant !== undefined &&
        meant !== text &&
        Math.abs(meant.length - text.length) < 2
      )
        yield {
          at: tag,
          message: `\`${name}\` deploys the tag \`${text}\`, which is not the rule \`${meant}\`.`,
        }
    }
  },
}

function configWith(tag: string): Record<string, string> {
  return {
    'dray.yml': lines(
      'environments:',
      '  production:',
      '    host: deploy@shop.example.com',
      `    tag: ${tag}`,
    ),
  }
}
