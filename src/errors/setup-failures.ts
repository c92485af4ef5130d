import { EXIT } from './exit-code.ts'

/** Failures of making a server ready; part of the catalogue. */
export const setupFailures = {
  SETUP_UNSUPPORTED: {
    title: 'dray cannot make this server ready.',
    hint: 'Install Docker Engine and Compose by hand: https://docs.docker.com/engine/install/ ; `dray doctor` then says what else is missing.',
    exitCode: EXIT.precondition,
  },
  SETUP_NEEDS_ROOT: {
    title: 'Making a server ready needs root rights there.',
    hint: 'Let the user become root without a password, or name root as the host for the time of the set-up.',
    exitCode: EXIT.precondition,
  },
  SETUP_FAILED: {
    title: 'Making the server ready failed.',
    hint: 'Its last lines are above. Run the same command again: it does what is left.',
    exitCode: EXIT.needsPerson,
  },
}
