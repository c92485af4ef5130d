import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'
import { hostOptionSpec } from '../../command/host-option.ts'

export const diffCommand = {
  name: 'diff',
  group: 'inspect',
  summary: 'Show the differences between two releases, or between the current release and the working tree.',
  description:
    'Compares images by digest, the resolved Compose configuration of each service, the shipped files line by line, and the names of the variables in `.env`, with those whose values changed. Without a release: the current release and the working tree. With one release: that one and the current release. With two: these two. If the tag rule of dray.yml finds no tag, the working tree is compared with the tag of the current release, and a note says so. Values of configuration and of `.env` are not shown, since they may be secrets. `dray status` shows manual changes on the server.',
  arguments: [
    environmentArgument,
    {
      name: 'FROM',
      optional: true,
      description: 'An archived release from `dray history`, such as `r41` or `41`, or its tag.',
    },
    {
      name: 'TO',
      optional: true,
      description: 'The release to compare it with (default: the current release).',
    },
  ],
  options: [
    {
      flags: '--tag <TAG>',
      description: 'Compare with this tag in the working tree. Overrides IMAGE_TAG and dray.yml.',
    },
    { flags: '--exit-code', description: 'Exit with code 1 if there are differences.' },
    { ...hostOptionSpec, description: 'Host to compare (default: the first of each role).' },
  ],
  examples: [
    { command: 'dray diff production', description: 'the current release and the working tree' },
    { command: 'dray diff production --tag v1.4.0', description: 'the same with the images of this tag' },
    { command: 'dray diff production r41', description: 'release r41 and the current release' },
    {
      command: 'dray diff production v1.3.0 v1.3.1',
      description: 'two archived releases, by their tags',
    },
    { command: 'dray diff production --exit-code --json', description: 'for a script' },
  ],
  docs: 'docs/diff.md',
  exitCodes: { [EXIT.failedOldServing]: 'With --exit-code: there are differences.' },
  files: [{ term: 'PATH/.dray/', description: 'On the server: archived releases, the journal, the lock.' }],
  seeAlso: ['plan', 'status', 'rollback', 'history'],
} as const satisfies CommandSpec
