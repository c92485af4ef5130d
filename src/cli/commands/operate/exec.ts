import type { CommandSpec } from '../../command/command.ts'
import { inContainerOptionSpecs } from './in-container-options.ts'

export const execCommand = {
  name: 'exec',
  group: 'operate',
  summary: 'Run a command in a running container of a service.',
  description:
    'Uses a healthy container of the current release. On a terminal, the command gets a terminal; otherwise standard input, output and error are passed through unchanged, except that secrets are masked in the log of a CI job. The exit code is that of the command. Without a command, it runs a shell. Options of dray come before the command. With `engine: swarm`, it uses a task on the manager, else on one of the `nodes` of dray.yml; for a task on another node, it prints the command to type there.',
  arguments: [
    { name: 'ENVIRONMENT', description: 'An environment in dray.yml.' },
    { name: 'SERVICE', description: 'A service of the compose file.' },
    {
      name: 'COMMAND',
      description: 'Command to run, with its own options (default: a shell).',
      optional: true,
      variadic: true,
      passesOptions: 'after the first word',
    },
  ],
  options: [
    {
      flags: '--index <N>',
      description:
        'Use the container whose name ends with this number, such as `backend-2`; with `engine: swarm`, the task in this slot.',
    },
    ...inContainerOptionSpecs,
  ],
  examples: [
    { command: 'dray exec production backend', description: 'a shell' },
    { command: 'dray exec production backend npm run console', description: 'a command' },
    {
      command: 'dray exec production db pg_dump -U shop shop > shop.sql',
      description: 'write its output to a local file',
    },
  ],
  docs: 'docs/logs-and-commands.md',
  exitCodes: 'of what it runs',
  seeAlso: ['run', 'logs', 'compose'],
} as const satisfies CommandSpec
