import type { CommandSpec } from '../../command/command.ts'

export const promoteCommand = {
  name: 'promote',
  group: 'ship',
  summary: 'Tag the images that one environment runs for another, without a rebuild.',
  description:
    'Reads the images that the hosts of the first environment run, and adds the tag of the second to them in the registry, so the tested images are deployed. A tag that points to another image is not moved. Prints the images by digest to standard output, one per line, as `dray deploy --expect` accepts them.',
  arguments: [
    { name: 'FROM', description: 'The environment that runs the images.' },
    { name: 'TO', description: 'The environment that the images are tagged for.' },
  ],
  options: [
    {
      flags: '--tag <TAG>',
      description: 'Tag to add. Overrides IMAGE_TAG and dray.yml.',
      takesExtraWord: true,
    },
  ],
  examples: [
    { command: 'dray promote test production --tag v1.4.0', description: 'tag the images of test as v1.4.0' },
    {
      command: 'dray promote test production',
      description: 'use the git tag of this commit (`tag: version` in dray.yml)',
    },
  ],
  docs: 'docs/build.md',
} as const satisfies CommandSpec
