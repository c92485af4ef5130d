import type { CommandSpec } from '../../command/command.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { noTtyOptionSpec, rawOptionSpec } from './in-container-options.ts'

export const composeCommand = {
  name: 'compose',
  group: 'operate',
  summary: "Run a Docker Compose command in the app's directory on the server.",
  description:
    'Runs `docker compose` with the files and values of the current release. dray does not check the command: `down --volumes` deletes data. Streams and exit code are those of the command.',
  arguments: [
    { name: 'ENVIRONMENT', description: 'An environment in dray.yml.' },
    {
      name: 'ARGUMENTS',
      description: 'Arguments of `docker compose`, with its options.',
      variadic: true,
      passesOptions: 'from the first word',
    },
  ],
  options: [noTtyOptionSpec, rawOptionSpec, hostOptionSpec],
  examples: [
    { command: 'dray compose production ps --services', description: 'list the services' },
    { command: 'dray compose test restart worker', description: 'restart a service' },
    { command: 'dray compose production top', description: 'list the processes' },
  ],
  docs: 'docs/logs-and-commands.md',
  exitCodes: 'of what it runs',
  seeAlso: ['exec', 'logs', 'status'],
} as const satisfies CommandSpec
