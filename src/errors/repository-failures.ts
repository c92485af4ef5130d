import { EXIT } from './exit-code.ts'

/** Failures with the repository that an app is made from, and its packages; part of the catalogue. */
export const repositoryFailures = {
  PACKAGES_DENIED: {
    title: 'GitHub does not let the token see or delete packages.',
    hint: 'Set GITHUB_TOKEN to a classic personal token with `read:packages`, and `delete:packages` to delete.',
    exitCode: EXIT.precondition,
  },
  PACKAGES_FAILED: {
    title: 'GitHub failed at a question about packages.',
    hint: 'Try again in a moment; https://www.githubstatus.com tells of trouble.',
    exitCode: EXIT.precondition,
  },
  INIT_NOTHING_FOUND: {
    title: 'There is nothing here that could be deployed.',
    hint: 'Write a Dockerfile first, or go to the directory of your app.',
    exitCode: EXIT.usage,
  },
}
