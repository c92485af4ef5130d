import { DrayError } from '../../errors/dray-error.ts'

/** A number from 1 to 99999, the value of the option `flag`. Throws USAGE. */
export function readCount(text: string, flag: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new DrayError('USAGE', `\`${text}\` after ${flag} is not a number from 1 to 99999.`)
}
