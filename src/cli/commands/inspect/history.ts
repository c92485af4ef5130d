import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const historyCommand = {
  name: 'history',
  group: 'inspect',
  summary: 'List what was put in place and what failed, the newest first.',
  description:
    'Reads the records and the journal of the server: release and tag, when and by whom, how it ended and why, how long it took, which services got another image, and which releases are kept for a rollback. Below them the tasks that people ran by hand.',
  arguments: [environmentArgument],
  options: [{ flags: '--limit <COUNT>', description: 'List so many, 20 if not given.' }],
  examples: [
    { command: 'dray history production', description: 'the last 20' },
    { command: 'dray history production --limit 100', description: 'more of them' },
    { command: 'dray history production --json', description: 'for a program' },
  ],
  docs: 'docs/rollback.md',
  files: [{ term: 'PATH/.dray/', description: 'On the server: kept releases, the journal, the lock.' }],
  seeAlso: ['diff', 'rollback'],
} as const satisfies CommandSpec
