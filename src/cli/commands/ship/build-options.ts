import { DrayError } from '../../../errors/dray-error.ts'
import type { OptionSpec } from '../../command/option.ts'
import type { OptionsOf } from '../../command/typed-input.ts'

export const buildOptionSpecs = [
  { flags: '--push', description: 'Push the images to their registry.' },
  {
    flags: '--tag <TAG>',
    description: 'Tag of the images. Overrides IMAGE_TAG and dray.yml.',
    takesExtraWord: true,
  },
  {
    flags: '--digests <FILE>',
    description: 'Also write the pushed images to this file, one per line.',
  },
  {
    flags: '--cache <WHERE>',
    description:
      'Build cache: `gha`, `registry`, `none`, or a directory. Default: the cache of GitHub Actions if available, otherwise the registry of the images.',
  },
  { flags: '--no-cache', description: 'Build every step without a cache; the cache is still written.' },
  {
    flags: '--platform <PLATFORM>',
    description: 'Platform to build for, such as `linux/amd64` (default: that of this machine).',
    repeatable: true,
  },
] as const satisfies readonly OptionSpec[]

export type BuildOptions = {
  push: boolean
  tag: string | undefined
  digestsFile: string | undefined
  /** `gha`, `registry`, `none` or a directory; undefined if not given. */
  cache: string | undefined
  useCache: boolean
  platforms: readonly string[]
}

/** Throws USAGE for `--digests` without `--push`: an image gets its digest when it is pushed. */
export function readBuildOptions(options: OptionsOf<(typeof buildOptionSpecs)[number]>): BuildOptions {
  const { push = false, tag, digests: digestsFile, cache, platform: platforms = [] } = options
  if (digestsFile !== undefined && !push) {
    throw new DrayError('USAGE', '`--digests` requires `--push`.', {
      hint: 'An image gets its digest when it is pushed. Add `--push`.',
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
