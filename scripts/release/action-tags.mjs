/**
 * Moves the tag of a release to a commit that holds the built action, and the tag of its major version to the same commit.
 * Variables: TAG, GITHUB_SHA, TREE, the directory with the action's files. The commit follows the commit of the release and is on
 * no branch: main stays free of built files.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { compareVersions } from 'compare-versions'
import { ifStarted, run, variable } from './run.mjs'

/**
 * @param {{ tag: string, sha: string, tree: string, directory: string }} release `directory` is a checkout with all tags and
 *   the right to push
 * @returns {{ commit: string, moved: string[] }}
 */
export function tagAction({ tag, sha, tree, directory }) {
  const git = (/** @type {string[]} */ ...args) => run('git', ['-C', directory, ...args])
  const commit = commitTree({ tag, sha, tree: resolve(tree), directory })
  const moved = [tag, ...majorTag(tag, git('tag', '--list', 'v*').split('\n'))]
  git('push', '--force', '--atomic', 'origin', ...moved.map((name) => `${commit}:refs/tags/${name}`))
  return { commit, moved }
}

/**
 * The author and the times are those of the release's commit, so that a second run makes the same commit.
 *
 * @param {{ tag: string, sha: string, tree: string, directory: string }} release
 */
function commitTree({ tag, sha, tree, directory }) {
  const temporary = mkdtempSync(join(tmpdir(), 'dray-index-'))
  try {
    const env = { ...process.env, GIT_INDEX_FILE: join(temporary, 'index') }
    // dist/ is in .gitignore.
    run('git', ['-C', directory, '--work-tree', tree, 'add', '--all', '--force', '.'], { env })
    const id = run('git', ['-C', directory, 'write-tree'], { env })
    const [name = '', email = '', date = ''] = run('git', [
      '-C',
      directory,
      'log',
      '-1',
      '--format=%an%n%ae%n%cI',
      sha,
    ]).split('\n')
    const who = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_AUTHOR_DATE: date }
    const by = { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email, GIT_COMMITTER_DATE: date }
    const message = `release: the action of ${tag}, built from ${sha}`
    return run('git', ['-C', directory, 'commit-tree', id, '-p', sha, '-m', message], {
      env: { ...process.env, ...who, ...by },
    })
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

/**
 * `v1` for v1.2.3, if no higher 1.x.y exists; none for a version that is to be tried first.
 *
 * @param {string} tag
 * @param {readonly string[]} tags
 * @returns {string[]}
 */
export function majorTag(tag, tags) {
  if (tag.includes('-')) return []
  const major = tag.slice(0, tag.indexOf('.'))
  const others = tags.filter((it) => it.startsWith(`${major}.`) && !it.includes('-'))
  return others.every((it) => compareVersions(tag, it) >= 0) ? [major] : []
}

await ifStarted(import.meta.url, () => {
  const release = { tag: variable('TAG'), sha: variable('GITHUB_SHA'), tree: variable('TREE') }
  const { commit, moved } = tagAction({ ...release, directory: process.cwd() })
  console.log(`${moved.join(' and ')}: ${commit}`)
})
