import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'
import { directoryOf, joinPath, nameOf, topOf } from '../source-file.ts'

export const envTracked: Rule = {
  code: 'ENV_TRACKED',
  severity: 'error',
  title: 'Git tracks a `.env`.',
  why: 'Its secrets are in every clone and every fork, and stay in the history after the file is deleted.',
  hint: 'Run `git rm --cached .env`, add `.env` to `.gitignore`, and change every secret in it. If the file holds no secret, allow it with a line `!.env` in `.gitignore`.',
  bad: { '.env': '', '.gitignore': lines('node_modules') },
  good: { '.env.example': lines('DATABASE_URL='), '.gitignore': lines('node_modules', '.env') },
  *check({ tracked, files }) {
    // `!.env` in a .gitignore marks the file as intended.
    const meant = [...files.values()].flatMap(({ path, text }) =>
      nameOf(path) !== '.gitignore'
        ? []
        : [...text.matchAll(/^!\/?(\S*\.env\S*)/gm)].map(([, name = '']) =>
            joinPath(directoryOf(path), name),
          ),
    )
    for (const path of tracked ?? []) {
      if (!/^\.env(\.(prod|production|staging|deploy|local))?$/.test(nameOf(path))) continue
      if (meant.includes(path)) continue
      if (/(^|\/)(tests?|fixtures|examples?|node_modules)\//.test(path)) continue
      yield { at: topOf(files.get(path) ?? { path, text: '' }), message: `Git tracks \`${path}\`.` }
    }
  },
}
