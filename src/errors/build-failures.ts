import { EXIT } from './exit-code.ts'

/** Failures of building and pushing images; part of the catalogue. */
export const buildFailures = {
  BUILDX_MISSING: {
    title: 'There is no Docker Buildx on this machine.',
    hint: 'Install Docker with its Buildx plugin: https://docs.docker.com/build/install-buildx/',
    exitCode: EXIT.precondition,
  },
  BUILD_NOTHING: {
    title: 'The compose file builds no image.',
    hint: 'Say how its images are built: `build: ./backend` beside their `image:` in the compose file.',
    exitCode: EXIT.usage,
  },
  BUILD_IMAGE_UNNAMED: {
    title: 'A service is built, but its image has no name in a registry.',
    hint: 'Give the service an `image:`, such as `ghcr.io/acme/shop-backend:${IMAGE_TAG:-latest}`.',
    exitCode: EXIT.usage,
  },
  BUILD_CONFLICT: {
    title: 'Two services build different images under one name.',
    hint: 'Give each its own `image:`, or the same `build:`.',
    exitCode: EXIT.usage,
  },
  BUILD_DIRTY: {
    title: 'What would be pushed under the name of a commit is not that commit.',
    hint: 'Commit the changes first, or push them under a tag of their own: `--tag TAG`.',
    exitCode: EXIT.precondition,
  },
  BUILD_FAILED: {
    title: 'An image could not be built.',
    hint: 'The last lines of the step are above; mend it and build again.',
    exitCode: EXIT.failedOldServing,
  },
  PUSH_FAILED: {
    title: 'An image was built, but could not be pushed.',
    hint: 'Run the same command again: what was built is in the cache.',
    exitCode: EXIT.failedOldServing,
  },
  PROMOTE_NOTHING: {
    title: 'There is no release to promote.',
    hint: 'Deploy it there first, and look at it: `dray deploy ENVIRONMENT`.',
    exitCode: EXIT.precondition,
  },
  PROMOTE_DIFFERENT: {
    title: 'The environments do not run the same images.',
    hint: 'Only an image that is the same in both can be promoted; build the others: `dray build ENVIRONMENT --push`.',
    exitCode: EXIT.precondition,
  },
  TAG_TAKEN: {
    title: 'The tag stands for another image already.',
    hint: 'Name another one: a version that was released stays what it is.',
    exitCode: EXIT.precondition,
  },
}
