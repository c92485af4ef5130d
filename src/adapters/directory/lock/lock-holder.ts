import * as z from 'zod'
import type { LockHolder } from '../../../deploy/model/lock.ts'
import { parseJson } from '../../../shared/parse-json.ts'
import { version } from '../../../shared/version/version.ts'
import { timeMs } from '../time-ms.ts'

const holderSchema = z.object({
  user: z.string(),
  machine: z.string(),
  run: z.string().optional(),
  release: z.string().optional(),
  task: z.string().optional(),
  removes: z.boolean().optional(),
  sinceMs: timeMs,
})

/** The text of a holder of the lock, with the version of dray. */
export function holderText(holder: LockHolder): string {
  return JSON.stringify({ ...holder, writtenBy: version })
}

/** Reads the holder of a lock from its file; undefined if it is not readable. */
export function readLockHolder(text: string): LockHolder | undefined {
  return holderSchema.safeParse(parseJson(text)).data
}
