import { lines } from '../lines.ts'
import { argumentsOf } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const tokenPrinted: Rule = {
  code: 'TOKEN_PRINTED',
  severity: 'error',
  title: 'A script prints a secret.',
  why: 'Logs are kept, sent on, and open to more people than the secret is. GitHub masks a secret only where it stands letter for letter.',
  fix: 'Take the line out. To see whether a value is there, print its length.',
  bad: { 'deploy.sh': lines('echo "token: $GITHUB_TOKEN"') },
  good: { 'deploy.sh': lines('echo "token: ${#GITHUB_TOKEN} characters"') },
  *check({ commands }) {
    for (const command of commands) {
      const { program } = command
      if (!['echo', 'printf', 'cat'].includes(program)) continue
      if (command.isPiped || command.redirects.length > 0) continue
      // What a command within prints is its own, and `${TOKEN:+set}` is not the token.
      const text = argumentsOf(command)
        .join(' ')
        .replaceAll(/\$\((?!\().*\)|\$\{\w+:?\+[^}]*\}/g, '')
      const isPrinted =
        program !== 'cat' &&
        /\$\{\{\s*secrets\.\w+|\$\{?\w*(TOKEN|PASSWORD|SECRET)\b/.test(text) &&
        // An installer tells the person in front of it what it made up.
        !/add-mask|generated/i.test(text)
      // `x=$(echo "$TOKEN")` prints nothing.
      if (isPrinted && command.isBare) yield { at: command, message: 'This prints a secret into the log.' }
      if (program === 'cat' && /(^|[\s/])\.env(\.deploy)?$/.test(text) && command.isBare)
        yield { at: command, message: 'This prints every value of the file into the log.' }
    }
  },
}
