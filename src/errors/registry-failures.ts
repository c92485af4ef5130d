import { EXIT } from './exit-code.ts'

/** Failures of registries and of requests to them; part of the catalogue. */
export const registryFailures = {
  TAG_NOT_FOUND: {
    title: 'The registry does not have the tag.',
    hint: 'Deploy a tag that exists, or push this one first.',
    exitCode: EXIT.precondition,
  },
  TAG_MOVED: {
    title: 'A tag points to another image than expected.',
    hint: 'The tag was pushed again. Check by whom, then deploy its current image without `--expect`, or build again.',
    exitCode: EXIT.precondition,
  },
  TAG_UNUSED: {
    title: 'The tag to deploy selects no image, or not all of them.',
    hint: 'Write `${IMAGE_TAG:-latest}` as the tag of the image in the compose file.',
    exitCode: EXIT.precondition,
  },
  PLATFORM_MISSING: {
    title: "The image has no variant for the server's platform.",
    hint: 'Build the image for that platform: `docker buildx build --platform …`.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_UNREACHABLE: {
    title: 'The registry does not answer.',
    hint: 'Run the same command again when the registry answers. Nothing was changed.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_UNAUTHORIZED: {
    title: 'The registry requires a login.',
    hint: 'Set GITHUB_TOKEN (in Actions: `${{ github.token }}`), or log in here with `docker login`.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_FORBIDDEN: {
    title: 'The registry rejects these credentials.',
    hint: 'Check the token: it may have expired, or lack `read:packages` for this image.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_RATE_LIMITED: {
    title: 'The registry limits the rate of requests.',
    hint: 'Wait a few minutes and run the same command again.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_FAILED: {
    title: 'The registry failed.',
    hint: 'Run the same command again later. Nothing was changed.',
    exitCode: EXIT.precondition,
  },
  TOKEN_EMPTY: {
    title: 'A registry credential is set but empty.',
    hint: 'In Actions, set `GITHUB_TOKEN: ${{ github.token }}` in the `env:` of the step.',
    exitCode: EXIT.precondition,
  },
}
