import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentsArgument } from '../../command/environment-argument.ts'

export const secretsCommand = {
  name: 'secrets',
  group: 'inspect',
  summary: 'List every secret and variable with its location, state and readers.',
  description:
    'Reads the workflows, compose files and dray.yml in this repository, the names in `.env` on every host, and the names of secrets and variables on GitHub. For GitHub, GITHUB_TOKEN must be a personal token that may read secrets, variables and environments. Reads names only, never values, and changes nothing.',
  arguments: [environmentsArgument],
  options: [
    { flags: '--markdown', description: 'Print the table as Markdown, for a wiki or a runbook.' },
    {
      flags: '--exit-code',
      description: 'Exit with code 1 if a required secret or variable is missing or empty.',
    },
  ],
  examples: [
    { command: 'dray secrets', description: 'all environments' },
    { command: 'dray secrets production --markdown > secrets.md', description: 'a page for the runbook' },
    { command: 'dray secrets production --exit-code', description: 'fail if a required name is missing' },
  ],
  docs: 'docs/secrets.md',
  exitCodes: { [EXIT.failedOldServing]: 'With --exit-code: a secret or variable is missing or empty.' },
  files: [
    { term: '.github/workflows/', description: 'In this repository: the lines that read secrets.' },
    { term: 'PATH/.env', description: 'On the server: the names in it.' },
    { term: '.env.example', description: 'In this repository: the required names.' },
  ],
  variables: ['GITHUB_TOKEN', 'GITHUB_API_URL', 'GITHUB_REPOSITORY'],
  seeAlso: ['env', 'check', 'doctor'],
} as const satisfies CommandSpec
