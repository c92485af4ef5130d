import type { CommandSpec } from '../../command/command.ts'
import { inContainerOptionSpecs } from './in-container-options.ts'

export const execCommand = {
  name: 'exec',
  group: 'operate',
  summary: 'Run a command in a running container of a service.',
  description:
    "Chooses a healthy container of the release that is in place. On a terminal the command gets one, too; else standard input, output and error are passed through byte for byte. The exit code is the command's. Without a command it is a shell.",
  arguments: [
    { name: 'ENVIRONMENT', description: 'Where: an environment of dray.yml.' },
    { name: 'SERVICE', description: 'A service of the compose file.' },
    {
      name: 'COMMAND',
      description: 'What to run, after `--`; a shell without it.',
      optional: true,
      variadic: true,
    },
  ],
  options: [
    { flags: '--index <N>', description: 'The container whose name ends with this number, as `backend-2`.' },
    ...inContainerOptionSpecs,
  ],
  examples: [
    { command: 'dray exec production backend', description: 'a shell' },
    { command: 'dray exec production backend -- npm run console', description: 'a command' },
    {
      command: 'dray exec production db -- pg_dump -U shop shop > shop.sql',
      description: 'its output in a file here',
    },
  ],
  docs: 'docs/logs-and-commands.md',
  exitCodes: 'of what it runs',
  seeAlso: ['run', 'logs', 'compose'],
} as const satisfies CommandSpec
