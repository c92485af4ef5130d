const FIRST_LINES = 5
const LAST_LINES = 12

/**
 * The lines of a container's log that may say why it failed: without the requests of its health check (`argv`) unless nothing
 * else is there, each repeated line once with its number, and of the rest the first lines and the last ones; only the last ones
 * if the log has lines before these (`isWhole`).
 */
export function excerptLog(
  lines: readonly string[],
  { argv = [], isWhole = true }: { argv?: readonly string[] | undefined; isWhole?: boolean } = {},
): string[] {
  const isRequest = recognizeRequests(argv)
  const others = lines.filter((line) => !isRequest(line))
  const folded = foldRepeats(others.some((line) => line.trim() !== '') ? others : lines)
  const missing = folded.length - FIRST_LINES - LAST_LINES
  if (!isWhole) return ['… earlier lines left out', ...folded.slice(-FIRST_LINES - LAST_LINES)]
  if (missing <= 1) return folded
  return [
    ...folded.slice(0, FIRST_LINES),
    `… ${missing} lines left out; above are the first ones`,
    ...folded.slice(-LAST_LINES),
  ]
}

/** A line of an access log with a method and the path of a URL in the check's command. */
function recognizeRequests(argv: readonly string[]): (line: string) => boolean {
  const urls = argv.flatMap((word) => word.match(/\bhttps?:\/\/[^\s'"|;&)]+/g) ?? [])
  const paths = new Set(
    urls.map((url) => url.replace(/^https?:\/\/[^/?#]*/, '').replace(/[?#].*$/, '') || '/'),
  )
  return (line) =>
    /\b(?:GET|HEAD)\b/.test(line) &&
    line.split(/[\s"'?,=]+/).some((word) => paths.has(word.replace(/^https?:\/\/[^/]*/, '')))
}

/** Lines that differ only in times and long numbers are the same. */
function foldRepeats(lines: readonly string[]): string[] {
  const found = new Map<string, { line: string; times: number }>()
  for (const line of lines) {
    const same = line.replaceAll(VARYING, '0')
    const known = found.get(same)
    if (known === undefined) found.set(same, { line, times: 1 })
    else known.times += 1
  }
  return [...found.values()].map(({ line, times }) =>
    times === 1 || line.trim() === '' ? line : `${line} (${times} times)`,
  )
}

const VARYING =
  /\d{4}[-/]\d\d[-/]\d\d|(?<!\d)\d\d:\d\d:\d\d(?:[.,]\d+)?|\d+(?:\.\d+)? ?[m\u00b5n]?s\b|\b[0-9a-f-]{32,}\b|\d{5,}/g
