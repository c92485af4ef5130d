import { EXIT } from './exit-code.ts'

/** Failures of one host among several; part of the catalogue. */
export const severalHostsFailures = {
  HOST_LOST: {
    title: 'A host was lost during the deploy.',
    hint: 'Run the same command again when the host answers: it brings every host to the same release. To continue without it, add `--without HOST`.',
    exitCode: EXIT.needsPerson,
  },
  HOST_OUT: {
    title: 'A host may be out of the load balancer: its hook `join` failed.',
    hint: 'Correct what made the hook fail, then run the last good deploy again: it runs `join`, even if there is nothing else to do.',
    exitCode: EXIT.needsPerson,
  },
}
