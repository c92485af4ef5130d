import { DrayError } from '../../../errors/dray-error.ts'
import { listOption, textOption, type OptionSpec, type OptionValues } from '../../command/option.ts'

export const buildOptionSpecs: readonly OptionSpec[] = [
  { flags: '--push', description: 'Push the images to their registry.' },
  { flags: '--tag <TAG>', description: 'Name them so, whatever IMAGE_TAG or dray.yml say.' },
  {
    flags: '--digests <FILE>',
    description: 'Also write the images that were pushed into this file, one a line.',
  },
  {
    flags: '--cache <WHERE>',
    description:
      'Where layers are kept for the next build: `gha`, `registry`, `none`, or a directory. Default: GitHub where it offers its cache, else the registry that is pushed to.',
  },
  { flags: '--no-cache', description: 'Build every step anew; the caches are still written.' },
  {
    flags: '--platform <PLATFORM>',
    description: "For another processor than this machine's, such as `linux/amd64`.",
    repeatable: true,
  },
]

export type BuildOptions = {
  push: boolean
  tag: string | undefined
  digestsFile: string | undefined
  /** `gha`, `registry`, `none` or a directory; undefined where it was not said. */
  cache: string | undefined
  useCache: boolean
  platforms: readonly string[]
}

/** Throws USAGE for digests without a push: nothing has one before. */
export function readBuildOptions(options: OptionValues): BuildOptions {
  const push = options['push'] === true
  const digestsFile = textOption(options, 'digests')
  if (digestsFile !== undefined && !push) {
    throw new DrayError('USAGE', 'There are no digests without a push.', {
      hint: 'An image gets its digest when it is pushed: add `--push`.',
    })
  }
  return {
    push,
    tag: textOption(options, 'tag'),
    digestsFile,
    cache: textOption(options, 'cache'),
    useCache: options['cache'] !== false,
    platforms: listOption(options, 'platform'),
  }
}
