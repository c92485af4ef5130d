import { buildOptionSpecs } from './build-options.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const buildCommand = {
  name: 'build',
  group: 'ship',
  summary: "Build an environment's images, and push them.",
  description:
    'Builds every image that has a `build:` in the compose file with Docker Buildx, and tags it with the tag to deploy and `latest`. Prints the images to standard output, one per line; pushed images by digest, as `dray deploy --expect` accepts them. Does not read `.env`.',
  arguments: [environmentArgument],
  options: buildOptionSpecs,
  examples: [
    { command: 'dray build test', description: "load the images into this machine's Docker" },
    { command: 'dray build test --push', description: 'push the images, tagged with the commit' },
    {
      command: 'dray build production --push --tag v1.4.0 --digests images.txt',
      description: 'then: dray deploy production --tag v1.4.0 --expect "$(cat images.txt)"',
    },
  ],
  docs: 'docs/build.md',
  exitCodes: { [EXIT.failedOldServing]: 'An image was not built or pushed.' },
  seeAlso: ['deploy', 'check'],
} as const satisfies CommandSpec
