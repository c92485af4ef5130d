import { isSurelySecretName } from '../../shared/secrets/secret-name.ts'
import { lines } from '../lines.ts'
import { secretsIn } from '../parse/github-expression.ts'
import { isCommand, optionOf, type ShellCommand, type ShellWord } from '../parse/shell-command.ts'
import { insertAt, type Edit, type Rule } from '../rule.ts'

export const tokenInArgument: Rule = {
  code: 'TOKEN_IN_ARGUMENT',
  severity: 'error',
  title: 'A token or password is an argument of a command.',
  why: 'Every user of the machine can see the arguments of every process (`ps`), and shells and audit logs record them.',
  hint: 'Pass it on standard input: `echo "$TOKEN" | docker login ghcr.io -u "$USER" --password-stdin`.',
  bad: { 'login.sh': lines('docker login ghcr.io -u "$GITHUB_ACTOR" -p "$GITHUB_TOKEN"') },
  good: {
    'login.sh': lines('echo "$GITHUB_TOKEN" | docker login ghcr.io -u "$GITHUB_ACTOR" --password-stdin'),
  },
  *check({ commands }) {
    for (const command of commands) {
      const password = isCommand(command, 'docker', 'login')
        ? optionOf(command, '-p', '--password')
        : undefined
      if (password !== undefined)
        yield {
          at: password,
          message: 'The password of the registry is an argument of `docker login`.',
          edits: pipeIn(command, password),
        }
      else if (command.program === 'sshpass') {
        const at = command.words.find(({ text }) => /^-p/.test(text))
        if (at !== undefined) yield { at, message: 'The password of the server is an argument of `sshpass`.' }
      } else if (command.program === 'ssh') {
        const at = command.words.find(({ text }) => secretsIn(text).some(isSurelySecretName))
        if (at !== undefined)
          yield { at, message: 'A secret is part of the command line that `ssh` runs on the server.' }
      }
    }
  },
}

/** Only for `-p VALUE` of a simple command, whose standard input is free. */
function pipeIn(command: ShellCommand, password: ShellWord): Edit[] {
  const index = command.words.indexOf(password)
  const option = command.words[index - 1]
  const { file, start } = command
  const before = file.text.slice(file.text.lastIndexOf('\n', start - 1) + 1, start)
  if (option === undefined || !command.isBare || command.hasInput || before.trim() !== '') return []
  const value = file.text.slice(password.start, password.end)
  return [
    insertAt(file, start, `echo ${value} | `),
    { file, start: option.start, end: password.end, text: '--password-stdin' },
  ]
}
