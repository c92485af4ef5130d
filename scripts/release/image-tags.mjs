/**
 * The names of the container image of a release. Variables: TAG, REPOSITORY. Outputs: `name`, and `tags`, separated by commas.
 */
import { compareVersions } from 'compare-versions'
import { ifStarted, run, setOutputs, variable } from './run.mjs'

/**
 * A tag for the version; those for `1.2` and `1` move to it only if no higher version of them exists.
 *
 * @param {{ tag: string, repository: string, tags: readonly string[] }} release `tags` are all of the repository
 * @returns {{ name: string, tags: string }}
 */
export function imageTags({ tag, repository, tags }) {
  const name = `ghcr.io/${repository.toLowerCase()}`
  const version = tag.slice(1)
  const [major = '', minor = ''] = version.split('.')
  const releases = tags.filter((it) => /^v\d+\.\d+\.\d+$/.test(it))
  const moving = [`${major}.${minor}`, major].filter((start) =>
    releases.filter((it) => it.startsWith(`v${start}.`)).every((it) => compareVersions(tag, it) >= 0),
  )
  const names = version.includes('-') ? [version] : [version, ...moving]
  return { name, tags: names.map((it) => `${name}:${it}`).join(',') }
}

await ifStarted(import.meta.url, () => {
  const tags = run('git', ['tag', '--list', 'v*']).split('\n')
  setOutputs(imageTags({ tag: variable('TAG'), repository: variable('REPOSITORY'), tags }))
})
