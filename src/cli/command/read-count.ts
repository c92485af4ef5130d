import { DrayError } from '../../errors/dray-error.ts'
import { textOption, type OptionValues } from './option.ts'

/** A number from 1 to 99999 that an option says, or the default. Throws USAGE. */
export function readCount(options: OptionValues, name: string, byDefault: number): number {
  const text = textOption(options, name)
  if (text === undefined) return byDefault
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new DrayError('USAGE', `\`${text}\` after --${name} is not a number from 1 to 99999.`)
}
