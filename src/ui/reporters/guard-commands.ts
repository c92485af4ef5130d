import { defuseCommands } from './github-command.ts'
import type { OutputStream } from '../terminal/output-stream.ts'

/**
 * A stream whose text the runner of GitHub Actions takes no command from, whoever wrote it. The commands that are ours go
 * through its `command`.
 */
export function guardCommands(stream: OutputStream): OutputStream {
  /** What was written last has begun a line and not ended it. */
  let isWithinLine = false
  const guard = (line: string, index: number): string => {
    // A letter before it keeps `::` from being at the start, where it is none.
    if (index === 0 && isWithinLine) return defuseCommands(`x${line}`).slice(1)
    return defuseCommands(line)
  }
  return {
    write: (text) => {
      // The runner takes a carriage return for the end of a line too.
      const lines = text.split(/(?<=[\n\r])/)
      const guarded = lines.map(guard).join('')
      const last = lines.at(-1) ?? ''
      isWithinLine = !/[\n\r]$/.test(last) && ((isWithinLine && lines.length === 1) || /\S/.test(last))
      return stream.write(guarded)
    },
    command: (line) => stream.write(`${line}\n`),
    once: (event, listener) => stream.once?.(event, listener),
    off: (event, listener) => stream.off?.(event, listener),
    get isTTY() {
      return stream.isTTY === true
    },
    get columns() {
      return stream.columns
    },
    get rows() {
      return stream.rows
    },
  }
}
