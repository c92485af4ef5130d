import type { CommandSpec } from '../../../command/command.ts'
import { environmentArgument } from '../../../command/environment-argument.ts'
import { hostOptionSpec } from '../../../command/host-option.ts'

export const envCommand = {
  name: 'env',
  group: 'operate',
  summary: "List and change the variables in the server's `.env`.",
  description:
    'This is the only command that changes an existing `.env`. Values are read from a prompt, standard input or a file; they are never shown and never passed as arguments. The old file is kept as a copy. Asks before it removes a variable that .env.example or the compose file needs. Running containers get the new values at the next deploy.',
  arguments: [
    environmentArgument,
    {
      name: 'ACTION',
      choices: ['list', 'set', 'unset', 'edit', 'import', 'restore'],
      optional: true,
      description:
        '`list` (default): compare the names with .env.example and the compose file. `set KEY`, `unset KEY`: change one variable. `edit`: change the file in your editor. `import FILE`: replace all variables by those of a file, or of standard input. `restore COPY`: put an old file back, or the newest one.',
    },
    {
      name: 'KEY',
      optional: true,
      description:
        'The variable for `set` and `unset`; the file for `import`, with NAME=value lines or a JSON object (default: `-`, standard input); the copy for `restore`.',
    },
  ],
  options: [
    { flags: '--empty', description: 'With `set` and `import`: allow empty values.' },
    { flags: '--merge', description: 'With `import`: keep variables that the input does not have.' },
    { flags: '--yes', description: 'Do not ask for confirmation.' },
    { ...hostOptionSpec, description: 'Only this host (default: all hosts of the environment).' },
  ],
  examples: [
    { command: 'dray env production', description: 'list set, missing and empty variables' },
    { command: 'dray env production set DATABASE_URL', description: 'prompt for the value' },
    {
      command: 'dray env production set TLS_KEY < key.pem',
      description: 'read the value from a file, with its line breaks',
    },
    { command: 'dray env production edit', description: 'edit a temporary copy in EDITOR' },
    {
      command: 'sops -d production.env | dray env production import --yes',
      description: 'replace all variables',
    },
    {
      command: 'dray env production restore',
      description: 'put the file back that the last change replaced',
    },
  ],
  docs: 'docs/env.md',
  files: [
    { term: 'PATH/.env', description: 'On the server. The old file is kept as `.env.before-TIME`.' },
    { term: '.env.example', description: 'In this repository: the required names.' },
  ],
  variables: ['EDITOR'],
  seeAlso: ['deploy', 'doctor'],
} as const satisfies CommandSpec
