import type { CommandSpec } from '../../command/command.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { logsOptionSpecs } from './logs-options.ts'

export const logsCommand = {
  name: 'logs',
  group: 'operate',
  summary: "Print the logs of the app's containers, by time, and follow them.",
  description:
    'Logs of several services and hosts are one, sorted by time. When they are followed, the containers that a deploy starts are taken in as it starts them. A reader that is slow costs no memory. Control characters are taken out, tokens masked.',
  arguments: [
    { name: 'ENVIRONMENT', description: 'Where: an environment of dray.yml.' },
    {
      name: 'SERVICE',
      description: 'Only these services; all of the app without any.',
      optional: true,
      variadic: true,
    },
  ],
  options: [
    ...logsOptionSpecs,
    { ...hostOptionSpec, description: 'Of an environment with several hosts, only this one.' },
  ],
  examples: [
    { command: 'dray logs production', description: 'the last 100 lines of each container' },
    { command: 'dray logs production backend worker -f', description: 'two services, followed' },
    { command: "dray logs production --since 1h --grep 'error|timeout' -i", description: 'what went wrong' },
    { command: 'dray logs test backend --tail all --no-prefix > log', description: 'a log in a file' },
  ],
  docs: 'docs/logs-and-commands.md',
  seeAlso: ['exec', 'status'],
} as const satisfies CommandSpec
