import { cutText } from '../../shared/cut-text.ts'
import type { LogLine } from '../../shared/log-line.ts'
import { demultiplex, type FrameEdge } from './multiplexed-output.ts'

/** `2026-11-23T10:45:58.123456789Z `, the start of each entry with `timestamps=1`. */
const timestampBytes = 31
const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z $/
const newline = 0x0a

type Stream = LogLine['stream']
type OpenLine = { at: string; parts: Buffer[]; keptBytes: number; bytes: number }

/** A longer line is cut, with the number of characters that were cut: it may not fit in memory. */
const LONGEST_BYTES = 1024 ** 2

/**
 * Reads a container log, as the Engine sends it with timestamps, into lines. A line of more than 16 KiB arrives as
 * several entries, of which only the last ends with a newline; they are joined again. The log of a container with a
 * terminal is plain text without frames: its first byte is a digit, while that of a frame is 0 to 3. `onProblem` gets the
 * Engine's own words in a log that it could not read to its end; without it, they are a line of standard error.
 */
export async function* readLogLines(
  chunks: AsyncIterable<Buffer>,
  onProblem?: (text: string) => void,
): AsyncGenerator<readonly LogLine[]> {
  let lines: LogLine[] = []
  const open = new Map<Stream, OpenLine>()
  const finish = (stream: Stream): void => {
    const line = open.get(stream)
    if (line === undefined) return
    open.delete(stream)
    const text = Buffer.concat(line.parts)
      .toString('utf8')
      .replace(/\r?\n$/, '')
    const isWhole = line.bytes === line.keptBytes
    lines.push({
      at: line.at,
      stream,
      text: isWhole ? text : cutText(text, LONGEST_BYTES, text.length + line.bytes - line.keptBytes),
    })
  }
  const takeEntry = (entry: Buffer, stream: Stream): void => {
    const stamp = entry.subarray(0, timestampBytes).toString('latin1')
    const isStamped = timestampPattern.test(stamp)
    const text = isStamped ? entry.subarray(timestampBytes) : entry
    const line = open.get(stream) ?? {
      at: isStamped ? stamp.trimEnd() : '',
      parts: [],
      keptBytes: 0,
      bytes: 0,
    }
    line.bytes += text.length
    if (line.keptBytes + text.length <= LONGEST_BYTES) {
      line.parts.push(text)
      line.keptBytes += text.length
    }
    open.set(stream, line)
    if (text.at(-1) === newline) finish(stream)
  }

  let take: ((chunk: Buffer) => void) | undefined
  for await (const chunk of chunks) {
    take ??= isFramed(chunk)
      ? framed((entry, stream) => {
          if (stream !== 'system') takeEntry(entry, stream)
          else if (onProblem === undefined) takeEntry(entry, 'stderr')
          else onProblem(entry.toString('utf8'))
        })
      : plain((line) => takeEntry(line, 'stdout'))
    take(chunk)
    if (lines.length === 0) continue
    yield lines
    lines = []
  }
  finish('stdout')
  finish('stderr')
  yield lines
}

function isFramed(chunk: Buffer): boolean {
  return (chunk[0] ?? 0) <= 3
}

function framed(onEntry: (entry: Buffer, stream: FrameEdge['stream']) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = []
  return demultiplex((part: Buffer, { stream, ends }: FrameEdge) => {
    parts.push(part)
    if (!ends) return
    onEntry(parts.length === 1 ? part : Buffer.concat(parts), stream)
    parts = []
  })
}

/** Entries of a container with a terminal; each ends with a newline. */
function plain(onEntry: (entry: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
      onEntry(rest.subarray(0, end + 1))
      rest = rest.subarray(end + 1)
    }
  }
}
