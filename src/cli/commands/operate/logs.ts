import type { CommandSpec } from '../../command/command.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { logsOptionSpecs } from './logs-options.ts'

export const logsCommand = {
  name: 'logs',
  group: 'operate',
  summary: "Print or follow the logs of the app's containers.",
  description:
    'Merges the logs of all services and hosts by time. While following, containers that a deploy starts are included. A slow reader does not increase memory use. Control characters are removed and tokens are masked. With `engine: swarm`, the logs of all nodes are read.',
  arguments: [
    { name: 'ENVIRONMENT', description: 'An environment in dray.yml.' },
    {
      name: 'SERVICE',
      description: 'Only these services (default: all).',
      optional: true,
      variadic: true,
    },
  ],
  options: [
    ...logsOptionSpecs,
    { ...hostOptionSpec, description: 'Only this host (default: all hosts of the environment).' },
  ],
  examples: [
    { command: 'dray logs production', description: 'the last 100 lines of each container' },
    { command: 'dray logs production backend worker -f', description: 'two services, followed' },
    {
      command: "dray logs production --since 1h --grep 'error|timeout' -i",
      description: 'search for errors',
    },
    { command: 'dray logs test backend --tail all --no-prefix > log', description: 'write a log to a file' },
  ],
  docs: 'docs/logs-and-commands.md',
  seeAlso: ['exec', 'status'],
} as const satisfies CommandSpec
