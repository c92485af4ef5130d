import type { CommandSpec } from '../../../command/command.ts'
import { environmentsArgument } from '../../../command/environment-argument.ts'

export const uiCommand = {
  name: 'ui',
  group: 'inspect',
  summary: 'Show a page about everything that runs, in a browser.',
  description:
    'Serves a page from this machine until Ctrl-C, and prints its link: the state of each environment, its deploys, rollbacks and tasks with the duration of each step, and what each release contains and changed. The page is read-only without --write, and nothing is installed on the servers: dray reads them over SSH, over one connection for each host, while a page is visible. Only this machine can reach the page. The link opens it once, in one browser.',
  arguments: [environmentsArgument],
  options: [
    { flags: '--port <PORT>', description: 'Port on 127.0.0.1 (default: a free one).' },
    { flags: '--open', description: 'Open the page in the default browser.' },
    {
      flags: '--write',
      description:
        'Allow rollbacks from the page. Each shows its plan and its command line first, and asks for the name of an environment such as production.',
    },
  ],
  examples: [
    { command: 'dray ui', description: 'all environments; open the printed link' },
    { command: 'dray ui --open', description: 'the same, in the default browser' },
    { command: 'dray ui --write', description: 'with a button to roll back' },
    { command: 'dray ui production --port 8484', description: 'one environment, at a fixed port' },
  ],
  docs: 'docs/ui.md',
  seeAlso: ['status', 'history', 'logs', 'rollback'],
} as const satisfies CommandSpec
