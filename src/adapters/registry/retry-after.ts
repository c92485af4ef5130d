/**
 * How long a registry asks to wait, in milliseconds; undefined when it does not say. The header holds seconds or a date
 * (RFC 9110, section 10.2.3). GHCR writes it into the text instead, as Go prints a duration: `retry-after: 0.88ms`.
 */
export function parseRetryAfter(header: string | null, text: string, nowMs: number): number | undefined {
  const waitMs = waitOf(header, text, nowMs)
  return waitMs === undefined || !Number.isFinite(waitMs) ? undefined : waitMs
}

function waitOf(header: string | null, text: string, nowMs: number): number | undefined {
  if (header !== null) {
    if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number(header) * 1000
    const atMs = Date.parse(header)
    if (!Number.isNaN(atMs)) return Math.max(0, atMs - nowMs)
  }
  const duration = /retry-after:\s*((?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+)/i.exec(text)?.[1]
  return duration === undefined ? undefined : parseGoDuration(duration)
}

function parseGoDuration(text: string): number {
  let totalMs = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/gi)) {
    totalMs += Number(amount) * (UNIT_MS[unit?.toLowerCase() ?? ''] ?? 0)
  }
  return totalMs
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
