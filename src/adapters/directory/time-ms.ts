import * as z from 'zod'

/** Milliseconds since the epoch, as far as a date can tell them (ECMA-262, time values): what is written may be anything. */
export const timeMs = z.number().min(0).max(8.64e15)
