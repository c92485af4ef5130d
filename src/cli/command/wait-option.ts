import { DrayError } from '../../errors/dray-error.ts'
import { parseDuration } from '../../shared/duration.ts'
import type { OptionSpec } from './option.ts'

const defaultWaitMs = 15 * 60_000

export const waitOptionSpec = {
  flags: '--wait [DURATION]',
  description: 'Wait for another deploy of the app to end, 15m if no duration is given, instead of failing.',
} as const satisfies OptionSpec

/** How long to wait for a lock that is held; 0 to fail at once. Throws USAGE for a duration that is none. */
export function readWait(wait: string | true | undefined): number {
  if (typeof wait !== 'string') return wait === true ? defaultWaitMs : 0
  const waitMs = parseDuration(wait)
  if (waitMs !== undefined) return waitMs
  throw new DrayError('USAGE', `\`${wait}\` after --wait is not a duration.`, {
    hint: 'Write a number with its unit, `--wait 10m`, or put `--wait` last: `dray deploy test --wait`.',
  })
}
