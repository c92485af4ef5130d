import { DrayError } from '../../errors/dray-error.ts'
import { parseDuration } from '../../shared/duration.ts'
import type { OptionSpec } from './option.ts'

const defaultWaitMs = 15 * 60_000

export const waitOptionSpec = {
  flags: '--wait [DURATION]',
  description:
    'If another deploy of the app is running, wait for it to end (default: 15m) instead of failing.',
} as const satisfies OptionSpec

/** Maximum wait for a held lock, in milliseconds; 0 to fail immediately. Throws USAGE for an invalid duration. */
export function readWait(wait: string | true | undefined): number {
  if (typeof wait !== 'string') return wait === true ? defaultWaitMs : 0
  const waitMs = parseDuration(wait)
  if (waitMs !== undefined) return waitMs
  throw new DrayError('USAGE', `The value \`${wait}\` of --wait is not a duration.`, {
    hint: 'Write a number with its unit, `--wait 10m`, or put `--wait` last: `dray deploy test --wait`.',
  })
}
