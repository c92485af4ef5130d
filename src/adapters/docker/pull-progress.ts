import * as z from 'zod'
import type { PullProgress } from '../../deploy/model/ports.ts'
import { parseJson } from '../../shared/parse-json.ts'

/** One line of the Engine's answer to a pull. Unknown fields and statuses are ignored. */
const pullLine = z.object({
  status: z.string().optional(),
  id: z.string().optional(),
  progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).nullish(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
})

/** Adds up the progress of the layers of one pull. */
export type PullTracker = {
  /** Takes a line. Returns the progress if it changed. */
  take(line: string): PullProgress | undefined
  /** The error reported by the Engine, inside an answer that began with status 200. */
  error(): string | undefined
}

/** Bytes count after their download; layers already on the host do not count. */
export function trackPull(): PullTracker {
  const layers = new Map<string, { done: number; total: number }>()
  let failure: string | undefined
  let last = ''

  const sum = (): PullProgress => {
    const all = [...layers.values()]
    return {
      doneBytes: all.reduce((bytes, layer) => bytes + layer.done, 0),
      totalBytes: all.reduce((bytes, layer) => bytes + layer.total, 0),
    }
  }

  return {
    error: () => failure,
    take(line) {
      const read = pullLine.safeParse(parseJson(line))
      if (!read.success) return undefined
      const { status, id, progressDetail, error, errorDetail } = read.data
      failure ??= errorDetail?.message ?? error
      if (id === undefined) return undefined
      const layer = layers.get(id)
      if (status === 'Downloading') {
        const done = progressDetail?.current ?? layer?.done ?? 0
        layers.set(id, { done, total: Math.max(progressDetail?.total ?? layer?.total ?? 0, done) })
      } else if (
        layer &&
        (status === 'Download complete' || status === 'Pull complete' || status === 'Extracting')
      ) {
        layers.set(id, { ...layer, done: layer.total })
      }
      const progress = sum()
      const key = `${progress.doneBytes}/${progress.totalBytes}`
      if (key === last || progress.totalBytes === 0) return undefined
      last = key
      return progress
    },
  }
}
