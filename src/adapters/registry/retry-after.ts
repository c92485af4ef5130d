import { goDuration, parseGoDuration } from '../../shared/duration.ts'

/**
 * The waiting time that a registry asks for, in milliseconds; undefined if it does not. The header contains seconds or a
 * date (RFC 9110, section 10.2.3). GHCR writes it into the text instead, as a Go duration: `retry-after: 0.88ms`.
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
  const duration = IN_TEXT.exec(text)?.[1]
  return duration === undefined ? undefined : parseGoDuration(duration.toLowerCase())
}

const IN_TEXT = new RegExp(`retry-after:\\s*(${goDuration.source})`, 'i')
