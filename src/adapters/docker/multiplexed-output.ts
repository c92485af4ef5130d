import { stripControl } from '../../shared/strip-control.ts'
import { splitLines } from '../host/line-splitter.ts'

const headerBytes = 8

/** Which stream a piece of output is of, and whether its frame ends with it. */
export type FrameEdge = { stream: 'stdout' | 'stderr'; ends: boolean }

/**
 * Takes the frames off the output of a container that has no terminal: a byte for the stream, three of zero, a length of
 * four, big-endian, then that many bytes (Engine API, "Attach to a container"). Gives the function that takes the bytes as they
 * come; `onOutput` gets what was in the frames, standard output and standard error in the order they were written.
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
      stream = header[0] === 2 ? 'stderr' : 'stdout'
      header = Buffer.alloc(0)
    }
  }
}

/** Reads the output of a container or a command in one to its end; gives its lines, control characters stripped. */
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
