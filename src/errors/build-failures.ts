import { EXIT } from './exit-code.ts'

/** Failures of building and pushing images; part of the catalogue. */
export const buildFailures = {
  BUILDX_MISSING: {
    title: 'Docker Buildx is not installed on this machine.',
    hint: 'Install Docker with its Buildx plugin: https://docs.docker.com/build/install-buildx/',
    exitCode: EXIT.precondition,
  },
  BUILD_NOTHING: {
    title: 'The compose file builds no image.',
    hint: 'Add a build beside the `image:` of a service in the compose file, such as `build: ./backend`.',
    exitCode: EXIT.usage,
  },
  BUILD_IMAGE_UNNAMED: {
    title: 'A service has a build, but its image has no name in a registry.',
    hint: 'Give the service an `image:`, such as `ghcr.io/acme/shop-backend:${IMAGE_TAG:-latest}`.',
    exitCode: EXIT.usage,
  },
  BUILD_CONFLICT: {
    title: 'Two services build different images with the same name.',
    hint: 'Give each service its own `image:`, or the same `build:`.',
    exitCode: EXIT.usage,
  },
  BUILD_DIRTY: {
    title: 'The images to push under the name of a commit differ from that commit.',
    hint: 'Commit the changes first, or push them under another tag: `--tag TAG`.',
    exitCode: EXIT.precondition,
  },
  BUILD_FAILED: {
    title: 'An image could not be built.',
    hint: 'Read the last lines of the step above, correct the build and run it again.',
    exitCode: EXIT.failedOldServing,
  },
  PUSH_FAILED: {
    title: 'An image was built, but could not be pushed.',
    hint: 'Run the same command again: the built layers are in the cache.',
    exitCode: EXIT.failedOldServing,
  },
  PROMOTE_NOTHING: {
    title: 'There is no release to promote.',
    hint: 'Deploy to that environment and test it first: `dray deploy ENVIRONMENT`.',
    exitCode: EXIT.precondition,
  },
  PROMOTE_DIFFERENT: {
    title: 'The environments do not run the same images.',
    hint: 'Build the images that differ: `dray build ENVIRONMENT --push`. Only an image that both environments use can be promoted.',
    exitCode: EXIT.precondition,
  },
  TAG_TAKEN: {
    title: 'The tag already points to another image.',
    hint: 'Use another tag: a released version must not change.',
    exitCode: EXIT.precondition,
  },
}
