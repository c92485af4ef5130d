import { lines } from '../lines.ts'
import { serverScripts } from '../model/deploys.ts'
import { isCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const scriptPullsGit: Rule = {
  code: 'SCRIPT_PULLS_GIT',
  severity: 'warning',
  title: 'A deploy updates a git clone on the server.',
  why: 'A change made on the server makes `git pull` fail, and `git reset --hard` deletes it. The server needs a key for the repository, and has its whole history. Files and images can be of different commits.',
  hint: 'Ship the files with the release: `dray deploy` places the compose files and what they mount, and keeps those of the last releases.',
  bad: { 'deploy.sh': lines('set -eu', 'git pull', 'docker compose pull', 'docker compose up -d') },
  good: { 'deploy.sh': lines('set -eu', 'docker compose pull', 'docker compose up -d') },
  *check(repository) {
    for (const { commands } of serverScripts(repository))
      for (const command of commands)
        if (['pull', 'reset', 'checkout', 'clone'].some((name) => isCommand(command, 'git', name)))
          yield { at: command, message: 'This deploy takes its files from a git clone on the server.' }
  },
}
