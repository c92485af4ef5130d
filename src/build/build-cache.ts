/** Where the layers of a build are kept for the next one. */
export type BuildCache =
  | { kind: 'none' }
  /** GitHub's own. `fromTag` where a tag started the run: what such a run writes, no other can read. */
  | { kind: 'gha'; fromTag: boolean }
  /** Beside the image, under the tag `buildcache`. */
  | { kind: 'registry' }
  /** A directory of this machine, by its absolute path. */
  | { kind: 'directory'; path: string }

export type CacheInput = {
  /** `--cache`. */
  wanted: string | undefined
  isPushed: boolean
  env: Readonly<Record<string, string | undefined>>
  /** A path as the user wrote it, made absolute. */
  resolvePath: (path: string) => string
}

/**
 * GitHub's cache where a job of GitHub hands out the access to it, else the registry that is pushed to. Actions get that
 * access, the lines of a `run:` do not (actions/runner, NodeScriptActionHandler.cs).
 */
export function chooseCache({ wanted, isPushed, env, resolvePath }: CacheInput): BuildCache {
  const fromTag = env['GITHUB_REF_TYPE'] === 'tag'
  if (wanted === 'none' || wanted === 'registry') return { kind: wanted }
  if (wanted === 'gha') return { kind: 'gha', fromTag }
  if (wanted !== undefined) return { kind: 'directory', path: resolvePath(wanted) }
  if (env['ACTIONS_RUNTIME_TOKEN'] && env['ACTIONS_RESULTS_URL']) return { kind: 'gha', fromTag }
  return { kind: isPushed ? 'registry' : 'none' }
}

/** What Bake reads and writes for one image. */
export type CacheEntries = { from: string[]; to: string[] }

/**
 * The entries of an image. GitHub's and the directory's index has one name for each image, since two that write one name
 * overwrite each other's; the single image of an app needs none. An export that fails must not fail the build.
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
