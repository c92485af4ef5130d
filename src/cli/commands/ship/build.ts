import { buildOptionSpecs } from './build-options.ts'
import { EXIT } from '../../../errors/exit-code.ts'
import type { CommandSpec } from '../../command/command.ts'
import { environmentArgument } from '../../command/environment-argument.ts'

export const buildCommand = {
  name: 'build',
  group: 'ship',
  summary: "Build an environment's images as CI does, and push them.",
  description:
    'Builds every image that the compose file has a `build:` for, through Docker Buildx, under the names that a deploy pulls: the tag and `latest`. Standard output gets the images, one a line, by digest if they were pushed, as `dray deploy --expect` takes them. Reads no `.env`.',
  arguments: [environmentArgument],
  options: buildOptionSpecs,
  examples: [
    { command: 'dray build test', description: "into this machine's own Docker, to try" },
    { command: 'dray build test --push', description: 'and into the registry, under the commit' },
    {
      command: 'dray build production --push --tag v1.4.0 --digests images.txt',
      description: 'then: dray deploy production --tag v1.4.0 --expect "$(cat images.txt)"',
    },
  ],
  docs: 'docs/build.md',
  exitCodes: { [EXIT.failedOldServing]: 'An image was not built or not pushed.' },
  seeAlso: ['deploy', 'check'],
} as const satisfies CommandSpec
