import { DrayError } from '../../errors/dray-error.ts'
import { parseDuration } from '../../shared/duration.ts'
import type { OptionSpec } from './option.ts'

export const timeoutOptionSpec = {
  flags: '--timeout <DURATION>',
  description: 'Stop the task after this time, such as `10m` or `1h30m`. Overrides dray.yml.',
} as const satisfies OptionSpec

/** Timeout in milliseconds; undefined without the option. Throws USAGE for an invalid duration. */
export function readTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const timeoutMs = parseDuration(text)
  if (timeoutMs !== undefined && timeoutMs > 0) return timeoutMs
  throw new DrayError('USAGE', `The value \`${text}\` of --timeout is not a duration.`, {
    hint: 'Write a number with its unit: `--timeout 10m`.',
  })
}
