import { DrayError } from '../../errors/dray-error.ts'

/** Reads the value of the option `flag`, a number from 1 to `most`. Throws USAGE. */
export function readCount(text: string, flag: string, most = 99_999): number {
  if (/^[1-9]\d{0,4}$/.test(text) && Number(text) <= most) return Number(text)
  throw new DrayError('USAGE', `The value \`${text}\` of ${flag} is not a number from 1 to ${most}.`)
}
