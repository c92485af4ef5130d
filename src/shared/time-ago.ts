const UNITS = [
  { name: 'day', ms: 86_400_000 },
  { name: 'hour', ms: 3_600_000 },
  { name: 'minute', ms: 60_000 },
] as const

/** Relative time in words: `just now`, `5 minutes ago`, `2 days ago`. Takes milliseconds. */
export function renderTimeAgo(ms: number): string {
  const unit = UNITS.find((it) => ms >= it.ms)
  if (unit === undefined) return 'just now'
  const count = Math.floor(ms / unit.ms)
  return `${count} ${unit.name}${count === 1 ? '' : 's'} ago`
}
