import { EXIT } from './exit-code.ts'

/** Failures of a key that may do one thing only; part of the catalogue. */
export const accessFailures = {
  GATE_REFUSED: {
    title: 'An SSH key was used for something that its gate does not let through.',
    hint: 'Ask for what the key may do: docs/least-rights.md.',
    exitCode: EXIT.precondition,
  },
}
