import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { gateRequests } from './gate-request.ts'

export const gateCommand = {
  name: 'gate',
  group: 'set-up',
  summary: 'Restrict an SSH key to deploys: a forced command for `authorized_keys`.',
  description:
    'Run by sshd for a restricted key, not by hand. The request is read from SSH_ORIGINAL_COMMAND and must exactly match one of: `deploy TAG`, optionally followed by images by digest as for `--expect`, `plan TAG`, `rollback`, `status`, `history`, and for programs `status --json` and `history --json`, optionally followed by `--steps` and by `--limit` with a number up to 100. Everything else, including dray.yml and the compose file, is read from this machine. Registry credentials can be passed on standard input as GITHUB_ACTOR=… and GITHUB_TOKEN=…, one per line; no other variable is accepted.',
  arguments: [
    { name: 'ENVIRONMENT', description: 'The environment in dray.yml that the key may access.' },
    {
      name: 'REQUEST',
      description: 'Requests that the key may make (default: only `deploy`).',
      choices: Object.keys(gateRequests),
      optional: true,
      variadic: true,
    },
  ],
  options: [],
  examples: [
    {
      command: 'dray gate --config /etc/shop/dray.yml production',
      description: 'in `command="…"` of authorized_keys, after `restrict,`',
    },
    {
      command: 'dray gate --config /etc/shop/dray.yml production deploy rollback status',
      description: 'the same with more requests',
    },
  ],
  docs: 'docs/least-rights.md',
  exitCodes: {
    [EXIT.precondition]:
      'The request was refused, or a requirement of the deploy is missing; nothing was changed.',
  },
  variables: ['SSH_ORIGINAL_COMMAND'],
  seeAlso: ['deploy', 'setup'],
} as const satisfies CommandSpec
