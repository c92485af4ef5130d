import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { gateRequests } from './gate-request.ts'

export const gateCommand = {
  name: 'gate',
  group: 'set-up',
  summary: 'Let an SSH key do nothing but deploy: the forced command of `authorized_keys`.',
  description:
    'Run by sshd for a key that is restricted to it, and not by hand. What the key asks for is taken from SSH_ORIGINAL_COMMAND and has to be one of the requests, word for word: `deploy TAG`, with images by digest after it as `--expect` takes them, `plan TAG`, `rollback`, `status`, `history`. Everything else, dray.yml and the compose file included, is what lies on this machine. Credentials for the registry come as GITHUB_ACTOR=… and GITHUB_TOKEN=… on standard input, a line each, and no other variable does.',
  arguments: [
    { name: 'ENVIRONMENT', description: 'The one environment of dray.yml that the key is for.' },
    {
      name: 'REQUEST',
      description: 'What the key may ask for; `deploy` alone if nothing is named.',
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
      description: 'the same for a key that may do more',
    },
  ],
  docs: 'docs/least-rights.md',
  exitCodes: {
    [EXIT.precondition]: 'Refused, or something that the deploy needs is missing; nothing touched.',
  },
  variables: ['SSH_ORIGINAL_COMMAND'],
  seeAlso: ['deploy', 'setup'],
} as const satisfies CommandSpec
