import { EXIT } from './exit-code.ts'

/** Failures of a restricted SSH key; part of the catalogue. */
export const accessFailures = {
  GATE_REFUSED: {
    title: 'An SSH key was used for a request that its gate does not allow.',
    hint: '`dray help gate` lists the requests that a key can allow.',
    exitCode: EXIT.precondition,
  },
}
