import { lines } from '../lines.ts'
import { argumentsOf, isCommand, usesSecret, type ShellCommand } from '../parse/shell-command.ts'
import { secretText } from '../secret-text.ts'
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
      const set = commands.find(
        (it) => it.program === 'set' && argumentsOf(it).some((word) => /^-\w*x|^xtrace$/.test(word)),
      )
      const header = /^#!.*\s-\w*x\b/.exec(file.text)
      const trace = header === null ? set : { file, start: 0, end: header[0].length }
      if (trace === undefined || file.text.includes('set +x')) continue
      const rest = file.text.slice(trace.start)
      const isSecret = usesSecret(rest) || secretText.test(rest) || commands.some(takesPassword)
      if (isSecret) yield { at: trace, message: 'With `-x`, this script prints its secrets to the log.' }
    }
  },
}

/** Whether a password is an argument: `docker login -p x`, `sshpass -p x`. */
function takesPassword(command: ShellCommand): boolean {
  const isLogin = isCommand(command, 'docker', 'login') || command.program === 'sshpass'
  return isLogin && command.words.some(({ text }) => /^(?:-p|--password(?:=|$))/.test(text))
}
