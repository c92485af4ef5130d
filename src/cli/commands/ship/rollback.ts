import type { CommandSpec } from '../../command/command.ts'
import { placeOptionSpecs } from './deploy-options.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const rollbackCommand = {
  name: 'rollback',
  group: 'ship',
  summary: 'Put a release back in place that worked before, and lose no request.',
  description:
    'Without RELEASE: the one that served before the current one; once more goes one further back. Images and files are those of then, from what the server kept, so the registry is not asked. Everything else is as in a deploy, but no task runs: migrations and `.env` stay as they are, and it is said which.',
  arguments: [
    environmentArgument,
    {
      name: 'RELEASE',
      optional: true,
      description: 'A release or a tag that `dray history` lists as kept, such as `r12`.',
    },
  ],
  options: [
    ...placeOptionSpecs,
    { flags: '--dry-run', description: 'Only print what would be done, and touch nothing.' },
  ],
  examples: [
    { command: 'dray rollback production', description: 'to the last release that worked before this one' },
    { command: 'dray rollback production r12', description: 'to this release' },
    { command: 'dray rollback production --dry-run', description: 'what would it do?' },
  ],
  docs: 'docs/rollback.md',
  exitCodes: 'of a deploy',
  files: [{ term: 'PATH/.dray/', description: 'On the server: kept releases, the journal, the lock.' }],
  variables: ['CI'],
  seeAlso: ['history', 'diff', 'status'],
} as const satisfies CommandSpec
