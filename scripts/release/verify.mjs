/**
 * Refuses a tag that must not become a release. Variables: TAG, and GITHUB_SHA, GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_TOKEN
 * (permission `checks: read`). Outputs: `version`, and `prerelease`, `true` or `false`.
 */
import { readFileSync } from 'node:fs'
import { ifStarted, run, setOutputs, variable } from './run.mjs'

/** The job of ci.yml that needs all others. */
const CHECK = 'CI passed'

/**
 * @param {{ tag: string, sha: string, directory: string }} release `directory` is a checkout with its history and origin/main
 * @returns {{ version: string, isPrerelease: boolean }}
 * @throws a sentence if the tag is not the version of package.json, or its commit is not on main
 */
export function verifyTag({ tag, sha, directory }) {
  const version = readVersion(directory, 'package.json')
  if (tag !== `v${version}`)
    throw new Error(`The tag is ${tag}, and the version in package.json is ${version}.`)
  const locked = readVersion(directory, 'package-lock.json')
  if (locked !== version)
    throw new Error(`The version in package-lock.json is ${locked}, not ${version}: run npm install.`)
  const git = (/** @type {string[]} */ ...args) => run('git', args, { cwd: directory })
  if (git('rev-parse', 'HEAD') !== sha) throw new Error(`The checkout is not the commit ${sha} of the tag.`)
  try {
    git('merge-base', '--is-ancestor', sha, 'origin/main')
  } catch {
    throw new Error(`The commit ${sha} is not on main: merge it first, and tag the commit on main.`)
  }
  return { version, isPrerelease: version.includes('-') }
}

/**
 * @param {string} directory
 * @param {string} file
 * @returns {string}
 */
function readVersion(directory, file) {
  return JSON.parse(readFileSync(`${directory}/${file}`, 'utf8')).version
}

/**
 * https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
 *
 * @param {{ api: string, repository: string, sha: string, token: string }} commit
 * @throws a sentence unless the newest run of the check succeeded
 */
export async function verifyChecks({ api, repository, sha, token }) {
  const url = `${api}/repos/${repository}/commits/${sha}/check-runs?check_name=${encodeURIComponent(CHECK)}&filter=latest`
  const answer = await fetch(url, {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(60_000),
  })
  if (!answer.ok) throw new Error(`GitHub answered ${answer.status} for the checks of ${sha}.`)
  const { check_runs: runs } = await answer.json()
  const [latest] = runs
  if (latest === undefined)
    throw new Error(`CI has not run for ${sha}: push the commit to main and wait for "${CHECK}".`)
  if (latest.conclusion !== 'success')
    throw new Error(`"${CHECK}" of ${sha} is ${latest.conclusion ?? latest.status}: ${latest.html_url}`)
}

await ifStarted(import.meta.url, async () => {
  const sha = variable('GITHUB_SHA')
  const { version, isPrerelease } = verifyTag({ tag: variable('TAG'), sha, directory: process.cwd() })
  await verifyChecks({
    api: variable('GITHUB_API_URL'),
    repository: variable('GITHUB_REPOSITORY'),
    sha,
    token: variable('GITHUB_TOKEN'),
  })
  setOutputs({ version, prerelease: String(isPrerelease) })
})
