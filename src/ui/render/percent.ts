/** Whole percent, at most 100, and 100 only when all is there. */
export function percent(done: number, total: number): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor((done / total) * 100))
}
