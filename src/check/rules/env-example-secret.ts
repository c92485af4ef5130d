import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'
import { secretText } from '../secret-text.ts'

export const envExampleSecret: Rule = {
  code: 'ENV_EXAMPLE_SECRET',
  severity: 'error',
  title: 'A file of the repository contains a real secret.',
  why: 'The secret is in every clone and in the history. Bots find it on GitHub within minutes.',
  hint: 'Revoke the secret where it was issued, and leave the value empty here.',
  bad: { '.env.example': lines(['STRIPE_KEY=sk', 'live', '51H7q2m9d4'].join('_')) },
  good: { '.env.example': lines('STRIPE_KEY=') },
  *check({ files }) {
    for (const file of files.values()) {
      const match = secretText.exec(file.text)
      // Keys from documentation and tests give no access.
      if (match === null || /EXAMPLE|x{4}/i.test(match[0]) || /(^|\/)(tests?|fixtures)\//.test(file.path))
        continue
      yield {
        at: { file, start: match.index, end: match.index + match[0].length },
        message: `${file.path} contains a string that looks like a real secret.`,
        isSecret: true,
      }
    }
  },
}
