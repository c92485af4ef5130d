import type { CommandSpec } from '../../command/command.ts'

export const upgradeCommand = {
  name: 'upgrade',
  group: 'set-up',
  summary: 'Replace the single executable of dray by the newest version.',
  description:
    'Downloads the executable for this machine, checks the signature of the list of checksums and the checksum, runs the new one once, and replaces this one. For dray from npm, from a file in the repository or as an action, it prints the command to use instead.',
  arguments: [
    {
      name: 'VERSION',
      optional: true,
      description: 'The version, such as `1.4.2` (default: the newest). An older one needs to be named.',
    },
  ],
  options: [],
  examples: [
    { command: 'dray upgrade', description: 'to the newest version' },
    { command: 'dray upgrade 1.4.2', description: 'to this one, or back to it' },
  ],
  docs: 'docs/upgrade.md',
  variables: ['DRAY_DOWNLOAD_URL'],
  seeAlso: ['doctor'],
} as const satisfies CommandSpec
