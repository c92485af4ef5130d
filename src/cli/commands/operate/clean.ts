import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { hostOptionSpec } from '../../command/host-option.ts'
import { waitOptionSpec } from '../../command/wait-option.ts'

export const cleanCommand = {
  name: 'clean',
  group: 'operate',
  summary: 'Remove what nobody needs from the server, and say what stays and why.',
  description:
    'Removes dangling images, build cache, images that no container and no kept release of any app needs, and what has been stopped or unused for a day; never a volume, unless `disk` in dray.yml says so. A deploy does the same by itself when room is short.',
  arguments: [environmentArgument],
  options: [
    { flags: '--dry-run', description: 'Only show what would go, and what would stay.' },
    { ...hostOptionSpec, description: 'Of an environment with several hosts, this one alone.' },
    waitOptionSpec,
  ],
  examples: [
    { command: 'dray clean production --dry-run', description: 'what would go, what stays, and why?' },
    { command: 'dray clean production', description: 'remove it' },
  ],
  docs: 'docs/disk.md',
  files: [
    { term: 'PATH/.dray/', description: 'On the server: which releases are kept, the journal, the lock.' },
  ],
  seeAlso: ['disk', 'deploy', 'history'],
} as const satisfies CommandSpec
