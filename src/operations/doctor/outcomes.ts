import type { DrayError } from '../../errors/dray-error.ts'
import type { Failure } from '../../deploy/model/events.ts'
import { failureFrom } from '../../deploy/execute/failure.ts'
import type { CheckOutcome } from './checkup.ts'
import type { Answer } from './doctor-observation.ts'

export function good(value: string): CheckOutcome {
  return { outcome: 'ok', value }
}

export function failed(why: Failure | DrayError): CheckOutcome {
  return { outcome: 'failed', failure: why instanceof Error ? failureFrom(why) : why }
}

/** The failure, or a description of the value; undefined if the request was not made. */
export function outcomeOf<T>(
  answer: Answer<T> | undefined,
  tell: (value: T) => string,
): CheckOutcome | undefined {
  if (answer === undefined) return undefined
  return 'failure' in answer ? failed(answer.failure) : good(tell(answer.value))
}

export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
