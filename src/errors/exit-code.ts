/** What the exit status of the command says; see docs/errors.md. */
export const EXIT = {
  done: 0,
  /** The deploy failed; the old release is serving. */
  failedOldServing: 1,
  /** Usage or configuration; nothing was touched. */
  usage: 2,
  /** Something the deploy needs is missing; nothing was touched. */
  precondition: 3,
  /** Failed, and a person is needed. */
  needsPerson: 4,
  cancelled: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What each exit code says of a deploy; a command that means something else by one says so in its help. */
const exitCodeMeanings = {
  done: 'Done: what runs is what was asked for.',
  failedOldServing:
    'The deploy failed, and was undone; the old release is serving. Of `dray check`: there are errors. Of `dray build`: an image was not built or not pushed.',
  usage: 'Usage or configuration; nothing was touched.',
  precondition: 'Something that the deploy needs is missing; nothing was touched.',
  needsPerson: 'Failed, and a person is needed.',
  cancelled: 'Cancelled.',
} satisfies Record<keyof typeof EXIT, string>

/** The exit codes with what they say, in their order. */
export function listExitCodes(): { code: ExitCode; meaning: string }[] {
  return (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => ({
    code: EXIT[name],
    meaning: exitCodeMeanings[name],
  }))
}
