import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { hostOrNodeOptionSpec } from '../../command/host-option.ts'
import { waitOptionSpec } from '../../command/wait-option.ts'

export const cleanCommand = {
  name: 'clean',
  group: 'operate',
  summary: 'Remove unused Docker data from the server, and list what is retained.',
  description:
    'Removes dangling images, build cache, images that no container and no archived release of any app uses, and containers and networks that have been stopped or unused for a day. Removes volumes only if `disk` in dray.yml allows it. A deploy does the same automatically if disk space is short. With `engine: swarm`, it removes less, on the manager and on the `nodes` of dray.yml, and names the nodes that it does not reach.',
  arguments: [environmentArgument],
  options: [
    { flags: '--dry-run', description: 'Only list what would be removed and what would be retained.' },
    hostOrNodeOptionSpec,
    waitOptionSpec,
  ],
  examples: [
    { command: 'dray clean production --dry-run', description: 'list only' },
    { command: 'dray clean production', description: 'remove it' },
  ],
  docs: 'docs/disk.md',
  files: [{ term: 'PATH/.dray/', description: 'On the server: archived releases, the journal, the lock.' }],
  seeAlso: ['disk', 'deploy', 'history'],
} as const satisfies CommandSpec
