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
