import type { CommandSpec } from '../../command/command.ts'
import { placeOptionSpecs } from './deploy-options.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const rollbackCommand = {
  name: 'rollback',
  group: 'ship',
  summary: 'Return to an archived release without losing a request.',
  description:
    'Without RELEASE, returns to the release before the current one; each further rollback goes one release back. Images and files are those archived on the server, so the registry is not needed. A rollback works like a deploy but runs no tasks: migrations and `.env` are not undone, and the output lists them.',
  arguments: [
    environmentArgument,
    {
      name: 'RELEASE',
      optional: true,
      description: 'An archived release from `dray history`, such as `r12`, or its tag.',
    },
  ],
  options: [
    ...placeOptionSpecs,
    { flags: '--dry-run', description: 'Only print the plan, and change nothing.' },
  ],
  examples: [
    { command: 'dray rollback production', description: 'to the previous release' },
    { command: 'dray rollback production r12', description: 'to release r12' },
    { command: 'dray rollback production --dry-run', description: 'print the plan only' },
  ],
  docs: 'docs/rollback.md',
  exitCodes: 'of a deploy',
  files: [{ term: 'PATH/.dray/', description: 'On the server: archived releases, the journal, the lock.' }],
  variables: ['CI'],
  seeAlso: ['history', 'diff', 'status'],
} as const satisfies CommandSpec
