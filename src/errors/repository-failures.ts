import { EXIT } from './exit-code.ts'

/** Failures with the repository that an app is made from; part of the catalogue. */
export const repositoryFailures = {
  INIT_NOTHING_FOUND: {
    title: 'There is nothing here that could be deployed.',
    hint: 'Write a Dockerfile first, or go to the directory of your app.',
    exitCode: EXIT.usage,
  },
}
