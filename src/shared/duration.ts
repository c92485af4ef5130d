const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** The texts that `parseDuration` accepts, for schemas. */
export const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/

/** Go's longest duration, of 2^63 nanoseconds: 292 years. */
const longestMs = 2 ** 63 / 1e6

/**
 * Milliseconds of a duration written as Go and Compose write it: `500ms`, `30s`, `1m30s`, `1.5h`. Undefined for other
 * texts, such as a number without a unit or a duration too long for Go. Compose accepts more forms, such as `1d` and `.5s`.
 */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined
  let totalMs = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    totalMs += Number(amount) * (unitMs[unit] ?? 0)
  }
  return totalMs < longestMs ? Math.round(totalMs) : undefined
}
