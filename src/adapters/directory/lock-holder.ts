import * as z from 'zod'
import type { LockHolder } from '../../deploy/model/ports.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { timeMs } from './time-ms.ts'

const holderSchema = z.object({
  user: z.string(),
  machine: z.string(),
  run: z.string().optional(),
  release: z.string().optional(),
  task: z.string().optional(),
  sinceMs: timeMs,
})

/** Who holds a lock, as its file says; undefined when it does not say. */
export function readLockHolder(text: string): LockHolder | undefined {
  return holderSchema.safeParse(parseJson(text)).data
}
