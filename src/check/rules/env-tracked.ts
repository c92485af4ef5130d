import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'
import { nameOf, topOf } from '../source-file.ts'

export const envTracked: Rule = {
  code: 'ENV_TRACKED',
  severity: 'error',
  title: 'Git tracks a `.env`.',
  why: 'Its secrets are in every clone and every fork, and stay in the history when the file is deleted.',
  fix: 'Run `git rm --cached .env`, add `.env` to `.gitignore`, and change every secret that it held.',
  bad: { '.env': '', '.gitignore': lines('node_modules') },
  good: { '.env.example': lines('DATABASE_URL='), '.gitignore': lines('node_modules', '.env') },
  *check({ tracked, files }) {
    for (const path of tracked ?? []) {
      if (!/^\.env(\.(prod|production|staging|deploy|local))?$/.test(nameOf(path))) continue
      if (/(^|\/)(tests?|fixtures|examples?|node_modules)\//.test(path)) continue
      yield { at: topOf(files.get(path) ?? { path, text: '' }), message: `Git tracks \`${path}\`.` }
    }
  },
}
