import type { OutputStream } from '../../../ui/terminal/output-stream.ts'

/** The reader of a command's output, which may be slow or close the pipe: `dray logs production -f | head`. */
export type Reader = {
  /** Aborts when the reader has closed the pipe. */
  gone: AbortSignal
  /** Writes, and resolves when the reader has caught up or closed the pipe, or `signal` aborts. */
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
