import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { SourceReview } from '../../deploy/model/source-review.ts'
import { parseDotenv } from '../../operations/env/parse-dotenv.ts'
import { readEnvExample } from './app-variables.ts'

const run = promisify(execFile)

/** Reads what a deploy warns about: files that git does not know, and the names in `.env.example`. */
export async function reviewSource(directory: string): Promise<SourceReview> {
  const [tracked, untracked, example] = await Promise.all([
    askGit(directory, []),
    askGit(directory, ['--others', '--exclude-standard']),
    readEnvExample(directory),
  ])
  return {
    // Where git tracks nothing, nothing is forgotten.
    untracked: tracked.length === 0 ? [] : untracked,
    expectedVariables: example === undefined ? [] : parseDotenv(example).variables.map(({ name }) => name),
  }
}

/** Paths relative to the directory; empty without git, and outside a repository. */
async function askGit(directory: string, options: readonly string[]): Promise<string[]> {
  const asked = run('git', ['-C', directory, 'ls-files', '-z', ...options], { maxBuffer: Infinity })
  const { stdout } = await asked.catch(() => ({ stdout: '' }))
  return stdout.split('\0').filter((path) => path !== '')
}
