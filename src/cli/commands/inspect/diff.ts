import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { hostOptionSpec } from '../../command/host-option.ts'

export const diffCommand = {
  name: 'diff',
  group: 'inspect',
  summary: 'Show how two releases differ, or how the working tree differs from what runs.',
  description:
    'Compares images by digest, the configuration of each service as Compose resolves it, the shipped files line by line, and which variables `.env` had. Without a release: what runs with what a deploy from here would put in place. One release: that one with what runs. Two: one with the other. Of configuration it tells the keys only, of `.env` the names only: values may be secrets. What was changed on the server by hand is told by `dray status`.',
  arguments: [
    environmentArgument,
    {
      name: 'FROM',
      optional: true,
      description: 'A release that `dray history` lists as kept, such as `r41` or `41`, or its tag.',
    },
    {
      name: 'TO',
      optional: true,
      description: 'The release to compare it with; what runs if none is named.',
    },
  ],
  options: [
    {
      flags: '--tag <TAG>',
      description: 'Compare what runs with a deploy of this tag, whatever IMAGE_TAG or dray.yml say.',
    },
    { flags: '--exit-code', description: 'Exit with 1 when something differs.' },
    hostOptionSpec,
  ],
  examples: [
    { command: 'dray diff production', description: 'what would a deploy from here change?' },
    { command: 'dray diff production --tag v1.4.0', description: 'and with the images of this tag?' },
    { command: 'dray diff production r41', description: 'what has changed since release r41?' },
    {
      command: 'dray diff production v1.3.0 v1.3.1',
      description: 'between two kept releases, by their tags',
    },
    { command: 'dray diff production --exit-code --json', description: 'for a program' },
  ],
  docs: 'docs/diff.md',
  exitCodes: { [EXIT.failedOldServing]: 'With --exit-code: something differs.' },
  files: [{ term: 'PATH/.dray/', description: 'On the server: kept releases, the journal, the lock.' }],
  seeAlso: ['plan', 'status', 'rollback', 'history'],
} as const satisfies CommandSpec
