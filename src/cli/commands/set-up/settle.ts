import type { Answer } from '../../../operations/doctor/doctor-observation.ts'
import { failureFrom } from '../../../deploy/execute/failure.ts'
import { DrayError } from '../../../errors/dray-error.ts'

/** The answer or the failure of a promise. Throws other errors, and the reason of the user's signal. */
export async function settle<T>(asked: Promise<T>, signal: AbortSignal): Promise<Answer<T>> {
  try {
    return { value: await asked }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (!(error instanceof DrayError)) throw error
    return { failure: failureFrom(error) }
  }
}
