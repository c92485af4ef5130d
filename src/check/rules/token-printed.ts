import { lines } from '../lines.ts'
import { argumentsOf, usesSecret } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'

export const tokenPrinted: Rule = {
  code: 'TOKEN_PRINTED',
  severity: 'error',
  title: 'A script prints a secret.',
  why: 'Logs are kept, forwarded, and open to more people than the secret. GitHub masks a secret only if it appears unchanged.',
  hint: 'Remove the line. To check whether a value is set, print its length.',
  bad: { 'deploy.sh': lines('echo "token: $GITHUB_TOKEN"') },
  good: { 'deploy.sh': lines('echo "token: ${#GITHUB_TOKEN} characters"') },
  *check({ commands }) {
    for (const command of commands) {
      const { program } = command
      if (!['echo', 'printf', 'cat'].includes(program)) continue
      if (command.isPiped || command.redirects.length > 0) continue
      // A command substitution has its own output, and `${TOKEN:+set}` is not the token.
      const text = argumentsOf(command)
        .join(' ')
        .replaceAll(/\$\((?!\().*\)|`[^`]*`|\$\{\w+:?\+[^}]*\}/g, '')
      const isPrinted =
        program !== 'cat' &&
        (/\$\{\{\s*secrets\.\w+/.test(text) || usesSecret(text)) &&
        // An installer shows its user the values it generated.
        !/add-mask|generated/i.test(text)
      // `x=$(echo "$TOKEN")` prints nothing.
      if (isPrinted && command.isBare)
        yield { at: command, message: 'This command prints a secret to the log.' }
      if (program === 'cat' && /(^|[\s/])\.env(\.deploy)?$/.test(text) && command.isBare)
        yield { at: command, message: 'This command prints every value of the file to the log.' }
    }
  },
}
