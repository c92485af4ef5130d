import { defuseCommands } from './github-command.ts'
import type { OutputStream } from '../terminal/output-stream.ts'

/**
 * A stream that defuses workflow commands of GitHub Actions in all text. dray's own commands are written with its `command`
 * method.
 */
export function guardCommands(stream: OutputStream): OutputStream {
  /** What the last write left of its line, as far as it matters to the rest of it. */
  let begun = ''
  const guard = (line: string, index: number): string =>
    index === 0 ? defuseCommands(begun + line).slice(begun.length) : defuseCommands(line)
  return {
    write: (text) => {
      // The runner treats a carriage return as the end of a line too.
      const lines = text.split(/(?<=[\n\r])/)
      const guarded = lines.map(guard).join('')
      const last = `${lines.length > 1 ? '' : begun}${lines.at(-1) ?? ''}`
      begun = /[\n\r]$/.test(last) ? '' : beginningOf(last)
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

/**
 * The beginning of a line in short: a command may begin in one write and end in the next. White space and one colon may begin
 * `::`; of other text only two characters may begin `##[`, and the letter stands for the rest.
 */
function beginningOf(line: string): string {
  return /^[\s\u0085]*:?$/.test(line) ? line : `x${line.slice(-2)}`
}
