import { StringDecoder } from 'node:string_decoder'

/** Cuts a stream of bytes into lines as they come. */
export type LineSplitter = {
  push: (chunk: Uint8Array) => void
  /** Gives the last line, where it had no newline. */
  end: () => void
}

/** Calls `onLine` for each line of UTF-8, without its `\n` or `\r\n`. */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end: () => {
      take(decoder.end())
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
