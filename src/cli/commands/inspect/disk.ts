import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { hostOrNodeOptionSpec } from '../../command/host-option.ts'

export const diskCommand = {
  name: 'disk',
  group: 'inspect',
  summary: 'Show the disk usage of the server.',
  description:
    'Shows for every host how full its disks are, and the disk usage of Docker: each archived release, other apps, removable images, volumes, build cache, container logs. Warns about logs without a size limit. Changes nothing. With `engine: swarm`, it reads the manager and the `nodes` of dray.yml, and names the nodes that it does not reach.',
  arguments: [environmentArgument],
  options: [hostOrNodeOptionSpec],
  examples: [
    { command: 'dray disk production', description: 'disk usage of all hosts' },
    { command: 'dray disk production --json', description: 'for a script' },
  ],
  docs: 'docs/disk.md',
  files: [{ term: 'PATH/.dray/', description: 'On the server: the archived releases.' }],
  seeAlso: ['clean', 'status', 'doctor'],
} as const satisfies CommandSpec
