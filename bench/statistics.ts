import { renderBytes } from '../src/shared/bytes.ts'

/** Values of one measure over the runs: what a cell of a table is made of. */
export type Spread = { median: number; min: number; max: number }

/** Median (of an even number of values the mean of the middle two), smallest and largest. Undefined without values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  const min = sorted[0]
  const max = sorted.at(-1)
  const low = sorted[Math.floor((sorted.length - 1) / 2)]
  const high = sorted[Math.ceil((sorted.length - 1) / 2)]
  if (min === undefined || max === undefined || low === undefined || high === undefined) return undefined
  return { median: (low + high) / 2, min, max }
}

/** `3.61 s (3.52–3.70)`; a single value has no range, an empty list gives a dash. */
export function renderSeconds(valuesMs: readonly number[]): string {
  return render(valuesMs, (ms) => (ms / 1000).toFixed(2), ' s')
}

/** `91 ms (88–97)` */
export function renderMilliseconds(valuesMs: readonly number[]): string {
  return render(valuesMs, (ms) => ms.toFixed(0), ' ms')
}

/** `357 (351–363)` */
export function renderCount(values: readonly number[]): string {
  return render(values, (value) => value.toLocaleString('en-US', { maximumFractionDigits: 1 }), '')
}

/** `12.3 kB (11.9 kB–12.4 kB)` */
export function renderSize(valuesBytes: readonly number[]): string {
  return render(valuesBytes, renderBytes, '')
}

/** How many times `base` the values are, by the medians: `0.32`; a dash where either is missing. */
export function renderRatio(values: readonly number[], base: readonly number[]): string {
  const [above, below] = [spreadOf(values), spreadOf(base)]
  if (above === undefined || below === undefined || below.median === 0) return '–'
  return (above.median / below.median).toFixed(2)
}

function render(values: readonly number[], show: (value: number) => string, unit: string): string {
  const spread = spreadOf(values)
  if (spread === undefined) return '–'
  const { median, min, max } = spread
  const range = values.length === 1 || show(min) === show(max) ? '' : ` (${show(min)}–${show(max)})`
  return `${show(median)}${unit}${range}`
}
