import { DrayError } from '../../../errors/dray-error.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'

export const buildOptionSpecs = [
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
] as const satisfies readonly OptionSpec[]

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
export function readBuildOptions(options: OptionsOf<(typeof buildOptionSpecs)[number]>): BuildOptions {
  const { push = false, tag, digests: digestsFile, cache, platform: platforms = [] } = options
  if (digestsFile !== undefined && !push) {
    throw new DrayError('USAGE', 'There are no digests without a push.', {
      hint: 'An image gets its digest when it is pushed: add `--push`.',
    })
  }
  return {
    push,
    tag,
    digestsFile,
    cache: cache === false ? undefined : cache,
    useCache: cache !== false,
    platforms,
  }
}
