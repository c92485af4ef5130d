/** Whole percent; 100 only if `done` has reached `total`. */
export function percent(done: number, total: number): number {
  return total <= 0 ? 0 : Math.min(100, Math.floor((done / total) * 100))
}
