import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { hostOptionSpec } from '../../command/host-option.ts'

export const diskCommand = {
  name: 'disk',
  group: 'inspect',
  summary: 'Show what takes the room on the server.',
  description:
    'Asks every host how full its disks are, and what Docker holds: each kept release, other apps, what may go, volumes, build cache, container logs. Warns of logs that nothing limits. Changes nothing.',
  arguments: [environmentArgument],
  options: [{ ...hostOptionSpec, description: 'Of an environment with several hosts, this one alone.' }],
  examples: [
    { command: 'dray disk production', description: 'what takes the room?' },
    { command: 'dray disk production --json', description: 'for a program' },
  ],
  docs: 'docs/disk.md',
  files: [{ term: 'PATH/.dray/', description: 'On the server: which releases are kept.' }],
  seeAlso: ['clean', 'status', 'doctor'],
} as const satisfies CommandSpec
