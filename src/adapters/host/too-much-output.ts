import { DrayError } from '../../errors/dray-error.ts'

/** Limit for the output of a command that is kept as a whole; the longest, a journal with its records, has 104 MiB. */
export const MOST_OUTPUT_BYTES = 128 * 1024 ** 2
/** The same for its error output, of which the end is kept. */
export const MOST_ERROR_BYTES = 8 * 1024 ** 2

/** The error for a command with more output than that. */
export function tooMuchOutput(title: string, mostBytes: number): DrayError {
  const limit = mostBytes < 1024 ** 2 ? `${mostBytes} bytes` : `${Math.floor(mostBytes / 1024 ** 2)} MiB`
  return new DrayError('HOST_COMMAND_FAILED', `${title} printed more than ${limit}, and was ended.`, {
    hint: 'Check this program on the server: its output is not what dray asked for.',
  })
}

/** Returns a function that measures chunks, and says whether they are within `mostBytes`; `onFlood` is called once if not. */
export function onTooMuch(mostBytes: number, onFlood: () => void): (chunk: { length: number }) => boolean {
  let bytes = 0
  return ({ length }) => {
    const wasWithin = bytes <= mostBytes
    bytes += length
    const isWithin = bytes <= mostBytes
    if (wasWithin && !isWithin) onFlood()
    return isWithin
  }
}
