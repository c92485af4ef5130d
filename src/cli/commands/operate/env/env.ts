import type { CommandSpec } from '../../../command/command.ts'
import { environmentArgument } from '../../../command/environment-argument.ts'

export const envCommand = {
  name: 'env',
  group: 'operate',
  summary: "List and change the variables in the server's `.env`.",
  description:
    'This is the only command that changes an existing `.env`. Values are read from a prompt or standard input; they are never shown and never passed as arguments. The old file is kept as a copy. Running containers get the new values at the next deploy.',
  arguments: [
    environmentArgument,
    {
      name: 'ACTION',
      choices: ['list', 'set', 'unset', 'edit'],
      optional: true,
      description:
        '`list` (default): compare the names with .env.example and the compose file. `set KEY`, `unset KEY`: change one variable. `edit`: change the file in your editor.',
    },
    { name: 'KEY', optional: true, description: 'The variable, for `set` and `unset`.' },
  ],
  options: [{ flags: '--empty', description: 'With `set`: allow an empty value.' }],
  examples: [
    { command: 'dray env production', description: 'list set, missing and empty variables' },
    { command: 'dray env production set DATABASE_URL', description: 'prompt for the value' },
    {
      command: 'dray env production set TLS_KEY < key.pem',
      description: 'read the value from a file, with its line breaks',
    },
    { command: 'dray env production edit', description: 'edit a temporary copy in EDITOR' },
  ],
  docs: 'docs/env.md',
  files: [
    { term: 'PATH/.env', description: 'On the server. The old file is kept as `.env.before-TIME`.' },
    { term: '.env.example', description: 'In this repository: the required names.' },
  ],
  variables: ['EDITOR'],
  seeAlso: ['deploy', 'doctor'],
} as const satisfies CommandSpec
