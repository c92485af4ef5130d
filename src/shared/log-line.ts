/** One line written by a container. */
export type LogLine = {
  /** RFC 3339 time in UTC with nine digits, which sorts as text. */
  at: string
  stream: 'stdout' | 'stderr'
  /** As written, including control characters. */
  text: string
}

/**
 * Returns a function that gives only the lines of a log that it has not given before, when the log is read again from an earlier
 * time. Docker stamps the lines of each stream in the order they were written; two streams may differ by microseconds.
 */
export function createRepeatFilter(): (lines: readonly LogLine[]) => LogLine[] {
  const last = new Map<LogLine['stream'], LogLine>()
  return (lines) =>
    lines.filter((line) => {
      const known = last.get(line.stream)
      const isNew =
        known === undefined || line.at > known.at || (line.at === known.at && line.text !== known.text)
      if (isNew) last.set(line.stream, line)
      return isNew
    })
}

/** A time one second before `at`, in the same form: where a log is read again. */
export function secondBefore(at: string): string {
  const ms = Date.parse(`${at.slice(0, 19)}Z`)
  return Number.isNaN(ms) ? at : `${new Date(ms - 1000).toISOString().slice(0, 19)}${at.slice(19)}`
}
