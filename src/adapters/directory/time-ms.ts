import * as z from 'zod'

/** Milliseconds since the epoch, limited to valid dates (ECMA-262, time values), since the input may be anything. */
export const timeMs = z.number().min(0).max(8.64e15)
