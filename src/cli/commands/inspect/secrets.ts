import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentsArgument } from '../../command/environment-argument.ts'

export const secretsCommand = {
  name: 'secrets',
  group: 'inspect',
  summary: 'Show every secret and variable: where it lives, who reads it, whether it is there.',
  description:
    'Reads the workflows, the compose files and dray.yml here, the names in `.env` on every host, and the names that GitHub has where GITHUB_TOKEN may see them: a personal token with the right to read secrets, variables and environments. Names only: no value is asked for, neither of a server nor of GitHub. It changes nothing.',
  arguments: [environmentsArgument],
  options: [
    { flags: '--markdown', description: 'Print the table as Markdown, for a wiki or a runbook.' },
    { flags: '--exit-code', description: 'Exit with 1 when something that is needed is missing or empty.' },
  ],
  examples: [
    { command: 'dray secrets', description: 'of all environments' },
    { command: 'dray secrets production --markdown > secrets.md', description: 'a page for the runbook' },
    { command: 'dray secrets production --exit-code', description: 'is all there that a deploy needs?' },
  ],
  docs: 'docs/secrets.md',
  exitCodes: { [EXIT.failedOldServing]: 'With --exit-code: something is missing or empty.' },
  files: [
    { term: '.github/workflows/', description: 'Here: which lines read which secrets.' },
    { term: 'PATH/.env', description: 'On the server: its names.' },
    { term: '.env.example', description: 'Here: the names that are wanted.' },
  ],
  variables: ['GITHUB_TOKEN', 'GITHUB_API_URL', 'GITHUB_REPOSITORY'],
  seeAlso: ['env', 'check', 'doctor'],
} as const satisfies CommandSpec
