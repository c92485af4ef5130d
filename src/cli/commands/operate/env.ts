import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const envCommand = {
  name: 'env',
  group: 'operate',
  summary: "Look at the server's `.env`, and change it.",
  description:
    'This is the only command that writes `.env`. Values come from a prompt or standard input, are never shown, and are no argument of any command. The old file is kept beside the new one. What runs gets the new values at the next deploy.',
  arguments: [
    environmentArgument,
    {
      name: 'ACTION',
      choices: ['list', 'set', 'unset', 'edit'],
      optional: true,
      description:
        '`list` (also without one): the names, beside those of .env.example and the compose file. `set KEY`, `unset KEY`: one variable. `edit`: all of it, in your editor.',
    },
    { name: 'KEY', optional: true, description: 'The variable, for `set` and `unset`.' },
  ],
  options: [{ flags: '--empty', description: 'With `set`: let the value be empty.' }],
  examples: [
    { command: 'dray env production', description: 'which variables are set, missing, empty?' },
    { command: 'dray env production set DATABASE_URL', description: 'asks for the value' },
    {
      command: 'dray env production set TLS_KEY < key.pem',
      description: 'the value is a file, line breaks and all',
    },
    { command: 'dray env production edit', description: 'in EDITOR, on a copy that is gone afterwards' },
  ],
  docs: 'docs/env.md',
  files: [
    { term: 'PATH/.env', description: 'On the server; the old one is kept as `.env.before-TIME`.' },
    { term: '.env.example', description: 'Here: the names that are wanted.' },
  ],
  variables: ['EDITOR'],
  seeAlso: ['deploy', 'doctor'],
} as const satisfies CommandSpec
