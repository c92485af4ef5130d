import { StringDecoder } from 'node:string_decoder'
import { cutText } from '../../shared/cut-text.ts'

/** Splits a stream of bytes into lines as they arrive. */
export type LineSplitter = {
  push: (chunk: Uint8Array) => void
  /** Passes on the last line, if it had no newline. */
  end: () => void
}

/** Docker itself splits longer lines into pieces of 16 KiB. */
const LONGEST = 16 * 1024

/**
 * Calls `onLine` for each line of UTF-8, without its `\n` or `\r\n`. A line of more than `longest` characters is cut,
 * with the number of characters that were cut: the output of a container must not fill the memory.
 */
export function splitLines(onLine: (line: string) => void, { longest = LONGEST } = {}): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let kept = ''
  let length = 0
  const add = (text: string): void => {
    kept += text.slice(0, longest - kept.length)
    length += text.length
  }
  const give = (): void => {
    if (length > longest) onLine(cutText(kept, longest, length))
    else onLine(kept.endsWith('\r') ? kept.slice(0, -1) : kept)
    kept = ''
    length = 0
  }
  const take = (text: string): void => {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      add(text.slice(start, end))
      give()
      start = end + 1
    }
    add(text.slice(start))
  }
  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end: () => {
      take(decoder.end())
      if (length > 0) give()
    },
  }
}
