import type { CommandSpec } from '../../command/command.ts'
import { inContainerOptionSpecs } from './in-container-options.ts'

export const runCommand = {
  name: 'run',
  group: 'operate',
  summary: 'Run a command in a new container of the current release, and remove it.',
  description:
    "Starts a container of the service beside those that serve, with its image, settings and networks but none of its ports, and removes it in every outcome, also when the connection breaks. Streams and exit code are the command's, as with `dray exec`. Without a command it is the service's own.",
  arguments: [
    { name: 'ENVIRONMENT', description: 'Where: an environment of dray.yml.' },
    { name: 'SERVICE', description: 'A service of the compose file.' },
    {
      name: 'COMMAND',
      description: "What to run, after `--`; the service's own without it.",
      variadic: true,
    },
  ],
  options: inContainerOptionSpecs,
  examples: [
    { command: 'dray run production backend -- npm run report', description: 'a one-off job' },
    { command: 'dray run test backend -- sh', description: 'a shell in a container of its own' },
  ],
  docs: 'docs/logs-and-commands.md',
  exitCodes: 'of what it runs',
  seeAlso: ['exec', 'task'],
} as const satisfies CommandSpec
