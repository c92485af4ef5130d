/**
 * Creates the release on GitHub with its files. Variables: TAG, FILES (the directory), GH_TOKEN. A release that is there gets
 * the files again, so that a job can be run again.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareVersions } from 'compare-versions'
import { ifStarted, run, variable } from './run.mjs'

const NOTES = 'notes.md'

/**
 * @param {{ tag: string, directory: string, tags: readonly string[] }} release `tags` are all of the repository
 * @returns {string[][]} the commands of `gh`: to create the release, and if it is there, to replace its files
 */
export function releaseCommands({ tag, directory, tags }) {
  const files = readdirSync(directory, { withFileTypes: true })
    .filter((it) => it.isFile() && it.name !== NOTES)
    .map(({ name }) => join(directory, name))
    .sort()
  const releases = tags.filter((it) => /^v\d+\.\d+\.\d+$/.test(it))
  const isNewest = !tag.includes('-') && releases.every((it) => compareVersions(tag, it) >= 0)
  const options = [
    '--verify-tag',
    '--title',
    tag,
    '--notes-file',
    join(directory, NOTES),
    `--latest=${isNewest}`,
  ]
  if (tag.includes('-')) options.push('--prerelease')
  return [
    ['release', 'create', tag, ...options, ...files],
    ['release', 'upload', tag, '--clobber', ...files],
  ]
}

await ifStarted(import.meta.url, () => {
  const tag = variable('TAG')
  const tags = run('git', ['tag', '--list', 'v*']).split('\n')
  const [create = [], upload = []] = releaseCommands({ tag, directory: variable('FILES'), tags })
  run('gh', isThere(tag) ? upload : create, { stdio: 'inherit' })
})

/** @param {string} tag */
function isThere(tag) {
  try {
    execFileSync('gh', ['release', 'view', tag], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
