import { defuseCommands } from './github-command.ts'
import type { OutputStream } from '../terminal/output-stream.ts'

/**
 * A stream that defuses workflow commands of GitHub Actions in all text. dray's own commands are written with its `command`
 * method.
 */
export function guardCommands(stream: OutputStream): OutputStream {
  /** The last write ended in the middle of a line. */
  let isWithinLine = false
  const guard = (line: string, index: number): string => {
    // The letter moves `::` away from the start: within a line it is not a command.
    if (index === 0 && isWithinLine) return defuseCommands(`x${line}`).slice(1)
    return defuseCommands(line)
  }
  return {
    write: (text) => {
      // The runner treats a carriage return as the end of a line too.
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
    get isFile() {
      return stream.isFile === true
    },
    get columns() {
      return stream.columns
    },
    get rows() {
      return stream.rows
    },
  }
}
