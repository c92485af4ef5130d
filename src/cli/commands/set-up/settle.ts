import type { Answer } from '../../../operations/doctor/doctor-observation.ts'
import { failureFrom } from '../../../deploy/execute/failure.ts'
import { DrayError } from '../../../errors/dray-error.ts'

/** What was said, or the failure. A defect and the user's own signal are thrown. */
export async function settle<T>(asked: Promise<T>, signal: AbortSignal): Promise<Answer<T>> {
  try {
    return { value: await asked }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (!(error instanceof DrayError)) throw error
    return { failure: failureFrom(error) }
  }
}
