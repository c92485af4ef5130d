/** The last parts of something, of at least `size` bytes or characters together where there are so many. */
export type Tail<Part> = { add: (part: Part) => void; parts: () => Part[] }

export function keepTail<Part extends { length: number }>(size: number): Tail<Part> {
  const parts: Part[] = []
  let total = 0
  return {
    add: (part) => {
      parts.push(part)
      total += part.length
      if (total <= 2 * size) return
      // Half of it at once, so that a long output costs no more than its length.
      for (let first = parts[0]; first !== undefined && total - first.length >= size; first = parts[0]) {
        total -= first.length
        parts.shift()
      }
    },
    parts: () => parts,
  }
}
