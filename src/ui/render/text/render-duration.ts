/** A duration: `0.4 s`, `12.3 s`, `1 min 05 s`, `2 h 07 min`. Takes milliseconds. */
export function renderDuration(ms: number): string {
  const tenths = Math.round(Math.max(0, ms) / 100)
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`
  const seconds = Math.round(tenths / 10)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`
}

/** A response time: `3 ms`, `1.2 s`. Takes milliseconds. */
export function renderLatency(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  return ms < 999.5 ? `${Math.round(ms)} ms` : renderDuration(ms)
}

/** An age in one unit: `12 s`, `5 min`, `3 h`, `2 d`. Takes milliseconds. */
export function renderAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
