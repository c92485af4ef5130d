const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** An amount of bytes in decimal units, as Docker prints them: `999 B`, `12.3 MB`, `340 MB`. */
export function renderBytes(bytes: number): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const isWhole = unit === 0 || value >= 99.95
  return `${isWhole ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? 'TB'}`
}

/** An amount with a thousands separator: `1,204`. */
export function renderCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
