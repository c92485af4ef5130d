import type { CommandSpec } from '../../command/command.ts'

export const promoteCommand = {
  name: 'promote',
  group: 'ship',
  summary: 'Give the images that run in one environment the tag of another, without building anew.',
  description:
    'Asks the hosts of the first environment which images they run, and has the registry put the tag of the second on exactly these: what was tested is what is deployed. A tag that stands for another image already is left alone. Standard output gets the images by digest, one a line, as `dray deploy --expect` takes them.',
  arguments: [
    { name: 'FROM', description: 'Where the images run: an environment of dray.yml.' },
    { name: 'TO', description: 'For which environment they get a tag.' },
  ],
  options: [{ flags: '--tag <TAG>', description: 'This tag, whatever IMAGE_TAG or dray.yml say.' }],
  examples: [
    { command: 'dray promote test production --tag v1.4.0', description: 'what test runs becomes v1.4.0' },
    {
      command: 'dray promote test production',
      description: 'by the git tag of this commit, where dray.yml says `tag: version`',
    },
  ],
  docs: 'docs/build.md',
} as const satisfies CommandSpec
