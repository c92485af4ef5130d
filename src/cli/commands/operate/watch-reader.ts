import type { OutputStream } from '../../../ui/terminal/output-stream.ts'

/** Who reads what a command prints, who may be slow and may leave: `dray logs production -f | head`. */
export type Reader = {
  /** Aborts when nobody reads any more. */
  gone: AbortSignal
  /** Writes, and resolves when the reader has caught up, has left, or `signal` aborts. */
  write: (text: string, signal: AbortSignal) => Promise<void>
}

export function watchReader(stream: OutputStream): Reader {
  const leaving = new AbortController()
  stream.once?.('error', () => leaving.abort())
  return {
    gone: leaving.signal,
    write: async (text, signal) => {
      if (text === '' || stream.write(text) !== false || stream.once === undefined) return
      await new Promise<void>((resolve) => {
        const go = (): void => {
          stream.off?.('drain', go)
          signal.removeEventListener('abort', go)
          resolve()
        }
        stream.once?.('drain', go)
        signal.addEventListener('abort', go)
        if (signal.aborted) go()
      })
    },
  }
}
