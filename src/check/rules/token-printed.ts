import { lines } from '../lines.ts'
import { isSurelySecretName } from '../../shared/secrets/secret-name.ts'
import { deployScripts } from '../model/deploys.ts'
import { secretsIn } from '../parse/github-expression.ts'
import { argumentsOf, usesSecret, type ShellCommand } from '../parse/shell-command.ts'
import type { Repository } from '../repository.ts'
import { nameOf } from '../source-file.ts'
import type { Rule } from '../rule.ts'

export const tokenPrinted: Rule = {
  code: 'TOKEN_PRINTED',
  severity: 'error',
  title: 'A script prints a secret.',
  why: 'Logs are kept, forwarded, and open to more people than the secret. GitHub masks a secret only if it appears unchanged.',
  hint: 'Remove the line. To check whether a value is set, print its length.',
  bad: { 'deploy.sh': lines('echo "token: $GITHUB_TOKEN"') },
  good: { 'deploy.sh': lines('echo "token: ${#GITHUB_TOKEN} characters"') },
  *check(repository) {
    for (const command of repository.commands) {
      // `x=$(echo "$TOKEN")` prints nothing.
      if (!command.isBare || command.isPiped || command.redirects.length > 0) continue
      const found = printsOf(command)
      if (found === undefined) continue
      const { isMasked, ...rest } = found
      const severity = isMasked || !isForDeploy(command, repository) ? 'warning' : 'error'
      yield { at: command, severity, ...rest }
    }
  },
}

/** What a command prints, and whether only a part of it, or a value that GitHub masks. */
function printsOf(command: ShellCommand): { message: string; isMasked: boolean } | undefined {
  // A command substitution has its own output, and `${TOKEN:+set}` is not the token.
  const text = argumentsOf(command)
    .join(' ')
    .replaceAll(/\$\((?!\().*\)|`[^`]*`|\$\{\w+:?\+[^}]*\}/g, '')
  if (command.program === 'cat' && /(^|[\s/])\.env(\.deploy)?$/.test(text))
    return { message: 'This command prints every value of the file to the log.', isMasked: false }
  // An installer shows its user the values it generated.
  if (!['echo', 'printf'].includes(command.program) || /add-mask|generated/i.test(text)) return undefined
  // `${TOKEN:0:20}` and `${TOKEN%%.*}` are a part of it.
  const whole = text.replaceAll(/\$\{\w+(?:[#%/^,]|:\d|: ?-\d)[^}]*\}/g, '')
  if (usesSecret(whole)) return { message: 'This command prints a secret to the log.', isMasked: false }
  if (usesSecret(text))
    return { message: 'This command prints a part of a secret to the log.', isMasked: true }
  // GitHub masks its secrets; a host or a domain that is kept as one is no secret.
  return secretsIn(text).some(isSurelySecretName)
    ? { message: 'Only the masking of GitHub keeps this secret out of the log.', isMasked: true }
    : undefined
}

/** Whether a command is part of what deploys: of a workflow, or of a script that deploys or that one of them calls. */
function isForDeploy({ file }: ShellCommand, repository: Repository): boolean {
  const { workflows, scripts } = repository
  if (!scripts.some((script) => script.file === file)) return true
  const deploying = deployScripts(repository)
  const isNamed = (text: string): boolean => text.includes(nameOf(file.path))
  return (
    /deploy|release|rollout/.test(nameOf(file.path)) ||
    [...deploying, ...workflows].some((it) => it.file === file || isNamed(it.file.text)) ||
    scripts.some((script) => script.file === file && script.commands.some(({ isOnServer }) => isOnServer))
  )
}
