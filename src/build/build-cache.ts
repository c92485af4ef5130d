/** The place where the layers of a build are cached. */
export type BuildCache =
  | { kind: 'none' }
  /** The GitHub Actions cache. `fromTag` if a tag started the run: other runs cannot read the cache of such a run. */
  | { kind: 'gha'; fromTag: boolean }
  /** In the registry, as the tag `buildcache` of the image. */
  | { kind: 'registry' }
  /** A directory on this machine, by its absolute path. */
  | { kind: 'directory'; path: string }

export type CacheInput = {
  /** `--cache`. */
  wanted: string | undefined
  isPushed: boolean
  env: Readonly<Record<string, string | undefined>>
  /** Makes a path of the user absolute. */
  resolvePath: (path: string) => string
}

/**
 * GitHub's cache if the job has access to it, else the registry of the push. Actions get that access, the commands of a
 * `run:` do not (actions/runner, NodeScriptActionHandler.cs).
 */
export function chooseCache({ wanted, isPushed, env, resolvePath }: CacheInput): BuildCache {
  const fromTag = env['GITHUB_REF_TYPE'] === 'tag'
  if (wanted === 'none' || wanted === 'registry') return { kind: wanted }
  if (wanted === 'gha') return { kind: 'gha', fromTag }
  if (wanted !== undefined) return { kind: 'directory', path: resolvePath(wanted) }
  if (env['ACTIONS_RUNTIME_TOKEN'] && env['ACTIONS_RESULTS_URL']) return { kind: 'gha', fromTag }
  return { kind: isPushed ? 'registry' : 'none' }
}

/** Cache entries that Bake reads and writes for one image. */
export type CacheEntries = { from: string[]; to: string[] }

/**
 * The entries of an image. GitHub's and the directory's index has a separate name for each image, since two images with
 * the same name overwrite each other; the single image of an app needs no name. A failed export must not fail the build.
 */
export function cacheEntries(
  cache: BuildCache,
  image: { target: string; repository: string; isOnly: boolean },
): CacheEntries {
  const stored = `type=registry,ref=${image.repository}:buildcache`
  const storing = `${stored},mode=max,ignore-error=true`
  switch (cache.kind) {
    case 'none':
      return { from: [], to: [] }
    case 'registry':
      return { from: [stored], to: [storing] }
    case 'directory': {
      const directory = `${cache.path}/${image.target}`
      return {
        from: [`type=local,src=${directory}`],
        to: [`type=local,dest=${directory},mode=max,ignore-error=true`],
      }
    }
    case 'gha': {
      const scope = image.isOnly ? '' : `,scope=${image.target}`
      const from = `type=gha${scope}`
      if (cache.fromTag) return { from: [from, stored], to: [storing] }
      return { from: [from], to: [`type=gha,mode=max${scope},ignore-error=true`] }
    }
  }
}
