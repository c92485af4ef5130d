import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const historyCommand = {
  name: 'history',
  group: 'inspect',
  summary: 'List deploys and rollbacks, newest first.',
  description:
    'Reads the archived releases and the journal on the server. For each deploy it shows release, tag, time, user, duration (without connecting and the lock), outcome and reason, what it changed (services with another image, the number of files and of variables of `.env`), and whether the release is archived for a rollback. Tasks run by hand are listed below.',
  arguments: [
    environmentArgument,
    {
      name: 'RELEASE',
      optional: true,
      description:
        'An archived release, such as `r41` or `41`, or its tag: its images by digest, its files and the names of its variables are shown in place of the list.',
    },
  ],
  options: [
    { flags: '--limit <COUNT>', description: 'Number of entries (default: 20).' },
    {
      flags: '--steps',
      description:
        'With each step of the plan and its duration; as JSON, also the counts of the probe over time.',
    },
  ],
  examples: [
    { command: 'dray history production', description: 'the last 20 entries' },
    { command: 'dray history production --limit 100', description: 'the last 100 entries' },
    {
      command: 'dray history production --limit 1 --steps',
      description: 'what the last deploy spent its time on',
    },
    { command: 'dray history production --json', description: 'for a script' },
    { command: 'dray history production r41', description: 'what release r41 consists of' },
  ],
  docs: 'docs/rollback.md',
  files: [{ term: 'PATH/.dray/', description: 'On the server: archived releases, the journal, the lock.' }],
  seeAlso: ['diff', 'rollback'],
} as const satisfies CommandSpec
