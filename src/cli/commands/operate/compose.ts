import type { CommandSpec } from '../../command/command.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { noTtyOptionSpec } from './in-container-options.ts'

export const composeCommand = {
  name: 'compose',
  group: 'operate',
  summary: "Run any Docker Compose command in the app's directory on the server.",
  description:
    'Runs `docker compose` there with the files and the values of the release that is in place. What it does is your order: `down --volumes` deletes data. Streams and exit code are those of the command.',
  arguments: [
    { name: 'ENVIRONMENT', description: 'Where: an environment of dray.yml.' },
    { name: 'ARGUMENTS', description: 'What follows `docker compose`, after `--`.', variadic: true },
  ],
  options: [noTtyOptionSpec, hostOptionSpec],
  examples: [
    { command: 'dray compose production -- ps', description: 'what runs' },
    { command: 'dray compose test -- restart worker', description: 'restart a service' },
    { command: 'dray compose production -- top', description: 'its processes' },
  ],
  docs: 'docs/logs-and-commands.md',
  exitCodes: 'of what it runs',
  seeAlso: ['exec', 'logs', 'status'],
} as const satisfies CommandSpec
