import { EXIT } from './exit-code.ts'

/** Failures of setting up a server; part of the catalogue. */
export const setupFailures = {
  SETUP_UNSUPPORTED: {
    title: 'dray cannot set up this server.',
    hint: 'Install Docker Engine and Compose by hand: https://docs.docker.com/engine/install/ ; `dray doctor` then shows what else is missing.',
    exitCode: EXIT.precondition,
  },
  SETUP_NEEDS_ROOT: {
    title: 'Setting up a server requires root rights.',
    hint: 'Allow the user passwordless sudo, or use root as the SSH user during the set-up.',
    exitCode: EXIT.precondition,
  },
  SETUP_FAILED: {
    title: 'Setting up the server failed.',
    hint: 'Read its last lines above, then run the same command again: it does the remaining steps.',
    exitCode: EXIT.needsPerson,
  },
}
