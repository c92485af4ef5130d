import { DrayError } from '../../errors/dray-error.ts'
import { parseDuration } from '../../shared/duration.ts'
import type { OptionSpec } from './option.ts'

export const timeoutOptionSpec = {
  flags: '--timeout <DURATION>',
  description: 'End it when it takes longer, whatever dray.yml says: `10m`, `1h30m`.',
} as const satisfies OptionSpec

/** In milliseconds; undefined where the option is not given. Throws USAGE for a duration that is none. */
export function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const timeoutMs = parseDuration(text)
  if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs
  throw new DrayError('USAGE', `\`${text}\` after --timeout is not a duration.`, {
    hint: 'Write a number with its unit: `--timeout 10m`.',
  })
}
