import { EXIT } from './exit-code.ts'

/** Failures with the releases that a host runs and keeps; part of the catalogue. */
export const releaseFailures = {
  RECORD_UNREADABLE: {
    title: 'A record on the server cannot be read by this version of dray.',
    hint: 'Use the version of dray that wrote it, or a newer one.',
    exitCode: EXIT.precondition,
  },
  RELEASE_UNKNOWN: {
    title: 'The server keeps no such release.',
    hint: '`dray history ENVIRONMENT` lists those that are kept.',
    exitCode: EXIT.precondition,
  },
  RELEASE_NONE_EARLIER: {
    title: 'There is no earlier release to roll back to.',
    hint: 'Name the release to go to, or deploy the tag that you want: `dray deploy ENVIRONMENT --tag TAG`.',
    exitCode: EXIT.precondition,
  },
  RELEASE_IMAGE_GONE: {
    title: 'An image of that release is gone from the server, and the registry does not give it.',
    hint: 'Nothing was touched. Roll back to another release, or try again when the registry can be asked.',
    exitCode: EXIT.precondition,
  },
  IMAGE_GONE: {
    title: 'An image went from the server while it was to be used.',
    hint: 'Somebody cleaned up there: run the same command again, which pulls it again.',
    exitCode: EXIT.failedOldServing,
  },
  RELEASE_CHANGED: {
    title: 'That release cannot be put in place as it was.',
    hint: 'Deploy its tag instead: `dray deploy ENVIRONMENT --tag TAG`.',
    exitCode: EXIT.precondition,
  },
  PROJECT_TAKEN: {
    title: 'The server runs a Compose project of the same name from another directory.',
    hint: 'Give one of the two another name, `name:` at the top of its compose file. If it is this app, moved, `dray deploy --adopt` takes its containers over.',
    exitCode: EXIT.precondition,
  },
  RELEASE_MISMATCH: {
    title: 'What runs is not what was deployed.',
    hint: 'Somebody else changed it meanwhile: run the same command again.',
    exitCode: EXIT.needsPerson,
  },
}
