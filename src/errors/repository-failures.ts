import { EXIT } from './exit-code.ts'

/** Failures with the app's repository and its packages; part of the catalogue. */
export const repositoryFailures = {
  PACKAGES_DENIED: {
    title: 'The token is not allowed to read or delete packages on GitHub.',
    hint: 'Set GITHUB_TOKEN to a classic personal token with `read:packages`, and `delete:packages` to delete.',
    exitCode: EXIT.precondition,
  },
  PACKAGES_FAILED: {
    title: 'GitHub failed to answer a request about packages.',
    hint: 'Try again later. https://www.githubstatus.com reports outages.',
    exitCode: EXIT.precondition,
  },
  INIT_NOTHING_FOUND: {
    title: 'The repository has no Dockerfile and no compose file.',
    hint: 'Write a Dockerfile, or change to the directory of your app.',
    exitCode: EXIT.usage,
  },
  INIT_NO_CHECKSUM: {
    title: 'The checksum of the npm package is not known, so the workflows cannot pin it.',
    hint: 'Check that `npm view dray` answers, or write dray into the repository: `dray init --with file`.',
    exitCode: EXIT.precondition,
  },
}
