import { DrayError } from '../../errors/dray-error.ts'

/**
 * Limit for the output of a command that is kept as a whole, unless it asks for another one. Records and models of an app with
 * ten thousand files and hundreds of services have less than half of it, and a flood over SSH soon reaches it.
 */
export const MOST_OUTPUT_BYTES = 16 * 1024 ** 2
/** The same for a command of which one line is read. */
export const SHORT_OUTPUT_BYTES = 1024 ** 2
/** The same for its error output, of which the end is kept. */
export const MOST_ERROR_BYTES = 8 * 1024 ** 2

/** The error for a command with more output than that. */
export function tooMuchOutput(title: string, mostBytes: number): DrayError {
  const limit = mostBytes < 1024 ** 2 ? `${mostBytes} bytes` : `${Math.floor(mostBytes / 1024 ** 2)} MiB`
  return new DrayError('HOST_COMMAND_FAILED', `${title} printed more than ${limit}, and was ended.`, {
    hint: 'A program on the server, such as `stat` or `docker`, is not what dray expects: `type -a stat docker` there shows which ones run.',
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
