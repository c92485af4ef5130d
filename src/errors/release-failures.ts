import { EXIT } from './exit-code.ts'

/** Failures with the current and archived releases of a host; part of the catalogue. */
export const releaseFailures = {
  RECORD_UNREADABLE: {
    title: 'A record on the server is damaged.',
    hint: 'Another program changed it. Restore `.dray` from a backup, or move it away and deploy with `--adopt`.',
    exitCode: EXIT.precondition,
  },
  RECORD_NEWER: {
    title: 'A newer version of dray wrote the records on the server.',
    hint: 'Use that version of dray or a newer one: docs/upgrade.md.',
    exitCode: EXIT.precondition,
  },
  RELEASE_UNKNOWN: {
    title: 'The release is not archived on the server.',
    hint: 'Run `dray history ENVIRONMENT` to list the archived releases.',
    exitCode: EXIT.precondition,
  },
  RELEASE_NONE_EARLIER: {
    title: 'There is no earlier release to roll back to.',
    hint: 'Name a release, or deploy a tag: `dray deploy ENVIRONMENT --tag TAG`.',
    exitCode: EXIT.precondition,
  },
  RELEASE_IMAGE_GONE: {
    title: 'An image of that release is neither on the server nor available from the registry.',
    hint: 'Roll back to another release, or try again when the registry is available. Nothing was changed.',
    exitCode: EXIT.precondition,
  },
  PLAN_CHANGED: {
    title: 'The plan is no longer the one that was shown.',
    hint: 'Read the new plan, and confirm that. Nothing was changed.',
    exitCode: EXIT.precondition,
  },
  HOSTS_DIFFER: {
    title: 'The hosts run different releases.',
    hint: 'Deploy a tag to all of them, which brings them to the same release: `dray deploy ENVIRONMENT --tag TAG`.',
    exitCode: EXIT.precondition,
  },
  NO_DONOR: {
    title: 'No other host has a release for this one.',
    hint: 'Deploy a tag to the environment: `dray deploy ENVIRONMENT --tag TAG`.',
    exitCode: EXIT.precondition,
  },
  IMAGE_GONE: {
    title: 'An image was removed from the server during the deploy.',
    hint: 'Run the same command again: it pulls the image again.',
    exitCode: EXIT.failedOldServing,
  },
  RELEASE_CHANGED: {
    title: 'The release cannot be restored exactly.',
    hint: 'Deploy its tag instead: `dray deploy ENVIRONMENT --tag TAG`.',
    exitCode: EXIT.precondition,
  },
  FILE_SECRET: {
    title: 'A file that would be shipped with the app is a private key.',
    hint: 'Put the key on the server by hand, and exclude it in dray.yml: `bundle: { exclude: [PATH] }`.',
    exitCode: EXIT.usage,
  },
  PROJECT_TAKEN: {
    title: 'The server runs a Compose project of the same name from another directory.',
    hint: 'Give one of the two another name: `name:` at the top of its compose file. If it is this app in a new directory, take over its containers with `dray deploy --adopt`.',
    exitCode: EXIT.precondition,
  },
  REMOVAL_INCOMPLETE: {
    title: 'The app was only partly removed.',
    hint: 'Run the same command again: it removes the rest.',
    exitCode: EXIT.needsPerson,
  },
  RELEASE_MISMATCH: {
    title: 'The running containers are not those of the last deploy.',
    hint: 'Run the same command again. Another user changed the containers at the same time.',
    exitCode: EXIT.needsPerson,
  },
}
