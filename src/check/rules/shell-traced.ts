import { lines } from '../lines.ts'
import { argumentsOf, usesSecret } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const shellTraced: Rule = {
  code: 'SHELL_TRACED',
  severity: 'error',
  title: 'A script that handles a secret prints every command.',
  why: '`set -x` prints each command with its variables expanded, so the token of the login is in the log.',
  hint: 'Remove `-x`, or turn it off with `set +x` before the first secret.',
  bad: {
    'deploy.sh': lines('set -eux', 'echo "$GITHUB_TOKEN" | docker login ghcr.io -u acme --password-stdin'),
  },
  good: {
    'deploy.sh': lines('set -eu', 'echo "$GITHUB_TOKEN" | docker login ghcr.io -u acme --password-stdin'),
  },
  *check({ scripts }) {
    for (const { file, commands } of scripts) {
      const trace = commands.find(
        (it) => it.program === 'set' && argumentsOf(it).some((word) => /^-\w*x|^xtrace$/.test(word)),
      )
      const isSecret = usesSecret(file.text.slice(trace?.start ?? 0))
      const ends = /set \+x/.test(file.text)
      if (trace !== undefined && isSecret && !ends)
        yield { at: trace, message: 'With `-x`, this script prints its secrets to the log.' }
    }
  },
}
