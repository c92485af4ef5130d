import { DrayError } from '../../errors/dray-error.ts'

/** Reads the value of the option `flag`, a number from 1 to 99999. Throws USAGE. */
export function readCount(text: string, flag: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new DrayError('USAGE', `The value \`${text}\` of ${flag} is not a number from 1 to 99999.`)
}
