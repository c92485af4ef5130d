const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // The micro sign and the Greek letter: Go prints the first and takes both.
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** The texts that `parseDuration` accepts, for schemas. */
export const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/

/** A duration as Go prints it, somewhere in a text. https://pkg.go.dev/time#Duration.String */
export const goDuration = /(?:\d+(?:\.\d+)?(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+/

const WHOLE_GO_DURATION = new RegExp(`^${goDuration.source}$`)

/** Go's longest duration, of 2^63 nanoseconds: 292 years. */
const LONGEST_MS = 2 ** 63 / 1e6

/**
 * Milliseconds of a duration written as Go and Compose write it: `500ms`, `30s`, `1m30s`, `1.5h`. Undefined for other
 * texts, such as a number without a unit or a duration too long for Go. Compose accepts more forms, such as `1d` and `.5s`.
 */
export function parseDuration(text: string): number | undefined {
  const ms = durationPattern.test(text) ? sumParts(text) : undefined
  return ms === undefined ? undefined : Math.round(ms)
}

/** As `parseDuration`, of all that Go prints, to parts of a millisecond: `432.5µs`. */
export function parseGoDuration(text: string): number | undefined {
  return WHOLE_GO_DURATION.test(text) ? sumParts(text) : undefined
}

function sumParts(text: string): number | undefined {
  let totalMs = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)([a-z\u00b5\u03bc]+)/g)) {
    totalMs += Number(amount) * (UNIT_MS[unit] ?? 0)
  }
  return totalMs < LONGEST_MS ? totalMs : undefined
}
