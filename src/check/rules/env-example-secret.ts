import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

/** Beginnings that only real credentials have: GitHub, AWS, Stripe, Slack, Google, npm, private keys. */
const real =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AKIA[0-9A-Z]{16}|sk_live_\w{10,}|xox[abp]-[\w-]{10,}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9]{32,})|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s)*[A-Za-z0-9+/]{40}/

export const envExampleSecret: Rule = {
  code: 'ENV_EXAMPLE_SECRET',
  severity: 'error',
  title: 'A file of the repository holds a real secret.',
  why: 'It is in every clone and in the history. Robots find such texts on GitHub within minutes.',
  fix: 'Take the secret back where it was issued, and leave the value empty here.',
  bad: { '.env.example': lines(['STRIPE_KEY=sk', 'live', '51H7q2m9d4'].join('_')) },
  good: { '.env.example': lines('STRIPE_KEY=') },
  *check({ files }) {
    for (const file of files.values()) {
      const match = real.exec(file.text)
      // The keys of documentation and of tests open nothing.
      if (match === null || /EXAMPLE|x{4}/i.test(match[0]) || /(^|\/)(tests?|fixtures)\//.test(file.path))
        continue
      yield {
        at: { file, start: match.index, end: match.index + match[0].length },
        message: `${file.path} holds what looks like a real secret.`,
        isSecret: true,
      }
    }
  },
}
