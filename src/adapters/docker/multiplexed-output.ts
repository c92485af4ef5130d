import { stripControl } from '../../shared/strip-control.ts'
import { splitLines } from '../host/line-splitter.ts'

const headerBytes = 8

/**
 * The stream of a piece of output, and whether its frame ends with it. `system`: the Engine itself says why a log is not complete
 * (moby `pkg/stdcopy`, Systemerr).
 */
export type FrameEdge = { stream: 'stdout' | 'stderr' | 'system'; ends: boolean }

/**
 * Removes the frames from the output of a container without a terminal: one byte for the stream, three zero bytes, a
 * length in four bytes, big-endian, then that many bytes (Engine API, "Attach to a container"). Returns the function that
 * takes the bytes as they arrive; `onOutput` receives the content of standard output and standard error in the order it
 * was written.
 */
export function demultiplex(onOutput: (chunk: Buffer, frame: FrameEdge) => void): (chunk: Buffer) => void {
  let header = Buffer.alloc(0)
  let stream: FrameEdge['stream'] = 'stdout'
  let left = 0
  return (chunk) => {
    let rest = chunk
    while (rest.length > 0) {
      if (left > 0) {
        const payload = rest.subarray(0, left)
        left -= payload.length
        rest = rest.subarray(payload.length)
        onOutput(payload, { stream, ends: left === 0 })
        continue
      }
      const missing = headerBytes - header.length
      header = Buffer.concat([header, rest.subarray(0, missing)])
      rest = rest.subarray(missing)
      if (header.length < headerBytes) return
      left = header.readUInt32BE(4)
      stream = header[0] === 3 ? 'system' : header[0] === 2 ? 'stderr' : 'stdout'
      header = Buffer.alloc(0)
    }
  }
}

/** Reads the complete output of a container or command; returns its lines, without control characters. */
export async function readLines(
  output: AsyncIterable<unknown>,
  onLine: (line: string) => void,
  hasTerminal = false,
): Promise<void> {
  const lines = splitLines((line) => onLine(stripControl(line)))
  const take = hasTerminal ? lines.push : demultiplex(lines.push)
  for await (const chunk of output) take(chunk as Buffer)
  lines.end()
}
