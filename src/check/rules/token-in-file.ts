import { lines } from '../lines.ts'
import { secretsIn } from '../parse/github-expression.ts'
import { usesSecret, type ShellCommand } from '../parse/shell-command.ts'
import type { Rule } from '../rule.ts'
import { nameOf, textOf } from '../source-file.ts'

/** Whether a text has a secret of GitHub that is no address or user. */
function hasGithubSecret(text: string): boolean {
  return secretsIn(text).some((name) => !/(?:HOST|KNOWN_HOSTS|USER(?:NAME)?|PORT|PATH|DOMAIN)$/.test(name))
}

export const tokenInFile: Rule = {
  code: 'TOKEN_IN_FILE',
  severity: 'warning',
  title: 'A workflow or a script writes a secret to a file.',
  why: 'The file outlives the step: it can get into an artifact, a cache, an image or onto the server, where it stays if the deploy fails before the line that deletes it.',
  hint: 'Pass the secret in the environment or on standard input. dray reads GITHUB_TOKEN from the environment, and always deletes the file named by `--env-file`.',
  bad: workflowWith(
    '      - run: echo "GITHUB_TOKEN=${{ secrets.GITHUB_TOKEN }}" >> .env.deploy',
    '      - run: rsync -az .env.deploy deploy@shop.example.com:/srv/shop/',
  ),
  good: workflowWith(
    '      - run: dray deploy test',
    '        env:',
    '          GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}',
  ),
  *check({ commands, scripts, workflows }) {
    const deletesIt = workflows.some(({ jobs }) =>
      jobs.some((job) => job.commands.some((it) => it.program === 'dray')),
    )
    for (const command of commands) {
      if (!['echo', 'printf', 'cat', 'tee'].includes(command.program)) continue
      const written = [
        ...command.words.slice(1).map(({ text }) => text),
        command.document === undefined || command.document.isLiteral ? '' : textOf(command.document),
      ]
        .join('\n')
        .replaceAll(/\\+\$/g, '')
      const target = targetOf(command)
      if (target === undefined || isKnownPlace(target.text)) continue
      if (!hasGithubSecret(written) && !usesSecret(written)) continue
      // A script that is run by hand on the server may create its `.env`.
      const isScript = scripts.some(({ file }) => file === command.file)
      if (isScript && /env/i.test(nameOf(target.text))) continue
      if (deletesIt && nameOf(target.text) === '.env.deploy') continue
      yield { at: target, message: `A secret is written to \`${target.text}\`.` }
    }
  },
}

function targetOf(command: ShellCommand): ShellCommand['words'][number] | undefined {
  return command.program === 'tee'
    ? command.words.slice(1).find(({ text }) => !text.startsWith('-'))
    : command.redirects[0]
}

/** SSH keys, which SSH reads from files; files of the runner; devices and file descriptors. */
function isKnownPlace(path: string): boolean {
  return /\.ssh|id_(rsa|ed25519|ecdsa)|key|\.pem$|known_hosts|^\/dev\/|GITHUB_(ENV|OUTPUT|STEP_SUMMARY|PATH)|^&?\d$/i.test(
    path,
  )
}

function workflowWith(...steps: readonly string[]): Record<string, string> {
  return {
    '.github/workflows/deploy.yml': lines(
      'on: push',
      'jobs:',
      '  deploy:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      ...steps,
    ),
  }
}
