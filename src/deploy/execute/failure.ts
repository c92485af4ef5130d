import { catalogue } from '../../errors/catalogue.ts'
import { DrayError, type ErrorDetails } from '../../errors/dray-error.ts'
import { readMachineLimit } from '../../errors/machine-limit.ts'
import { cutText } from '../../shared/cut-text.ts'
import type { Failure } from '../model/events.ts'
import type { Plan } from '../model/plan.ts'
import type { Undone } from './serving.ts'

/** A deploy that failed after it began: the error, and what was undone. */
export class DeployFailed extends Error {
  readonly error: DrayError
  readonly undone: Undone
  readonly plan: Plan

  constructor(error: DrayError, facts: { undone: Undone; plan: Plan }) {
    super(error.message, { cause: error })
    this.name = 'DeployFailed'
    this.error = error
    this.undone = facts.undone
    this.plan = facts.plan
  }
}

/** Converts anything thrown to an error that can be shown to users. */
export function toDrayError(error: unknown): DrayError {
  if (error instanceof DrayError) return error
  if (error instanceof DeployFailed) return error.error
  if (error instanceof Error && error.name === 'AbortError') {
    return new DrayError('CANCELLED', 'Cancelled.', { cause: error })
  }
  return toInternal(error)
}

/** A defect of dray: anything that was thrown and is no error of its own, unless the machine allows no more of something. */
export function toInternal(error: unknown): DrayError {
  return readMachineLimit(error) ?? new DrayError('INTERNAL', describe(error), { cause: error })
}

/** With the name of its class where that says more than `Error`. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`
}

/** Length limit of a sentence or log line: longer output of hosts and containers is not readable. */
const LONGEST = 2000

/** An error in the form that reporters print. */
export function failureFrom(error: unknown): Failure {
  const told = toDrayError(error)
  const undone = error instanceof DeployFailed ? error.undone : undefined
  return {
    code: told.code,
    title: catalogue[told.code].title,
    message: cutText(told.message, LONGEST),
    hint: told.hint,
    exitCode: told.exitCode,
    details: shortened(told.details),
    ...(undone === undefined
      ? {}
      : { serving: undone.serving, undone: undone.undone, notUndone: undone.notUndone }),
  }
}

function shortened({ logTail, problems, ...others }: ErrorDetails): ErrorDetails {
  const short = (lines: readonly string[]): string[] => lines.map((line) => cutText(line, LONGEST))
  return {
    ...others,
    ...(logTail && { logTail: short(logTail) }),
    ...(problems && { problems: short(problems) }),
  }
}
