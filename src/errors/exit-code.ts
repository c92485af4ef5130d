/** Exit codes of the command; see docs/errors.md. */
export const EXIT = {
  done: 0,
  /** The deploy failed; the old release is serving. */
  failedOldServing: 1,
  /** Usage or configuration; nothing was changed. */
  usage: 2,
  /** A requirement of the deploy is missing; nothing was changed. */
  precondition: 3,
  /** Failed, and an operator has to act. */
  needsPerson: 4,
  cancelled: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The meaning of each exit code for a deploy. A command that uses one differently documents it in its help. */
const exitCodeMeanings = {
  done: 'Success: the requested release is running.',
  failedOldServing:
    'The deploy failed and was undone; the old release is serving. Of `dray check`: there are errors. Of `dray build`: an image was not built or not pushed.',
  usage: 'Invalid usage or configuration; nothing was changed.',
  precondition: 'A requirement of the deploy is missing; nothing was changed.',
  needsPerson: 'Failed, and an operator has to act.',
  cancelled: 'Cancelled.',
} satisfies Record<keyof typeof EXIT, string>

/** The exit codes with their meanings, in ascending order. */
export function listExitCodes(): { code: ExitCode; meaning: string }[] {
  return (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => ({
    code: EXIT[name],
    meaning: exitCodeMeanings[name],
  }))
}
