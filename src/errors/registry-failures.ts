import { EXIT } from './exit-code.ts'

/** Failures of registries, and of what is asked of them; part of the catalogue. */
export const registryFailures = {
  TAG_NOT_FOUND: {
    title: 'The registry has no such tag.',
    hint: 'Deploy one of the tags that are there, or let CI push this one first.',
    exitCode: EXIT.precondition,
  },
  TAG_MOVED: {
    title: 'A tag stands for another image than the one that was expected.',
    hint: 'Somebody pushed the tag again. Look at who, then deploy what it stands for now without `--expect`, or build anew.',
    exitCode: EXIT.precondition,
  },
  PLATFORM_MISSING: {
    title: "The image has no variant for the server's processor.",
    hint: 'Build it for that platform: `docker buildx build --platform …`.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_UNREACHABLE: {
    title: 'The registry does not answer.',
    hint: 'Nothing was touched: run the same command again when it does.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_UNAUTHORIZED: {
    title: 'The registry wants credentials.',
    hint: 'Set GITHUB_TOKEN (in Actions: `${{ github.token }}`), or log in here with `docker login`.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_FORBIDDEN: {
    title: 'The registry refuses these credentials.',
    hint: 'The token may have expired, or lack `read:packages` for this image.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_RATE_LIMITED: {
    title: 'The registry asks for fewer requests.',
    hint: 'Wait a little and run the same command again.',
    exitCode: EXIT.precondition,
  },
  REGISTRY_FAILED: {
    title: 'The registry failed.',
    hint: 'Nothing was touched: run the same command again in a while.',
    exitCode: EXIT.precondition,
  },
  TOKEN_EMPTY: {
    title: 'A registry credential is named but empty.',
    hint: 'In Actions: `GITHUB_TOKEN: ${{ github.token }}` in the `env:` of the step.',
    exitCode: EXIT.precondition,
  },
}
