import type { CommandSpec } from '../../command/command.ts'
import { inContainerOptionSpecs } from './in-container-options.ts'

export const runCommand = {
  name: 'run',
  group: 'operate',
  summary: 'Run a command in a new container of the current release, and remove it.',
  description:
    "Starts an additional container of the service, with its image, settings and networks but without its ports. The container is always removed, even if the connection breaks. Streams and exit code are those of the command, as with `dray exec`. Without a command, it runs the service's own. Options of dray come before the command.",
  arguments: [
    { name: 'ENVIRONMENT', description: 'An environment in dray.yml.' },
    { name: 'SERVICE', description: 'A service of the compose file.' },
    {
      name: 'COMMAND',
      description: "Command to run, with its own options (default: the service's own).",
      variadic: true,
      passesOptions: 'after the first word',
    },
  ],
  options: inContainerOptionSpecs,
  examples: [
    { command: 'dray run production backend npm run report', description: 'a one-off job' },
    { command: 'dray run test backend sh', description: 'a shell in a new container' },
  ],
  docs: 'docs/logs-and-commands.md',
  exitCodes: 'of what it runs',
  seeAlso: ['exec', 'task'],
} as const satisfies CommandSpec
