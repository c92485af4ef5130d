import { DrayError } from '../../../../errors/dray-error.ts'
import { withTimeout } from '../../../../shared/with-timeout.ts'
import { LOOK_MS } from './pace.ts'

/** What was read from a host. Throws what reading it throws, and HOST_COMMAND_FAILED if it takes longer than a look may. */
export async function withinLook<T>(reading: Promise<T>, host: string): Promise<T> {
  const late: unique symbol = Symbol()
  const found = await withTimeout(reading, LOOK_MS, late)
  if (found !== late) return found
  throw new DrayError('HOST_COMMAND_FAILED', `${host} did not answer within ${LOOK_MS / 1000} s.`, {
    hint: 'It is read again. `dray doctor ENVIRONMENT` shows whether its Docker Engine answers.',
  })
}
