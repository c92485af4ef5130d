import { lines } from '../lines.ts'
import type { Rule } from '../rule.ts'

export const envDeployKept: Rule = {
  code: 'ENV_DEPLOY_KEPT',
  severity: 'error',
  title: 'A script reads `.env.deploy` and does not delete it.',
  why: 'The token of the pipeline stays on the disk of the server, and the next deploy without a tag uses the tag of this one.',
  hint: 'Delete the file right after it is read: `rm .env.deploy`. `dray deploy --env-file .env.deploy` does so.',
  bad: { 'deploy.sh': lines('set -eu', '. ./.env.deploy', 'docker compose up -d') },
  good: { 'deploy.sh': lines('set -eu', '. ./.env.deploy', 'rm .env.deploy', 'docker compose up -d') },
  *check({ scripts }) {
    for (const { file, commands } of scripts) {
      const use = /^(?!\s*#).*?((?:\.\/)?\.env\.deploy)\b/m.exec(file.text)
      const reads = /(?:<\s*|(?:^|\s)(?:\.|source)\s+)"?(?:\S*\/)?\.env\.deploy\b/m.test(file.text)
      const deletes = commands.some(
        (it) =>
          ['rm', 'shred', 'unlink', 'trap'].includes(it.program) &&
          it.words.some(({ text }) => text.includes('.env.deploy')),
      )
      if (use === null || !reads || deletes) continue
      const start = use.index + use[0].length - (use[1]?.length ?? 0)
      yield {
        at: { file, start, end: use.index + use[0].length },
        message: '`.env.deploy` is read here and never deleted.',
      }
    }
  },
}
