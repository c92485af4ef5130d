/** Keeps the last parts of a sequence: at least `size` bytes or characters together, if there are that many. */
export type Tail<Part> = { add: (part: Part) => void; parts: () => Part[] }

export function keepTail<Part extends { length: number }>(size: number): Tail<Part> {
  const parts: Part[] = []
  let total = 0
  return {
    add: (part) => {
      parts.push(part)
      total += part.length
      if (total <= 2 * size) return
      // Half is dropped each time, so that the cost is proportional to the length of the output.
      for (let first = parts[0]; first !== undefined && total - first.length >= size; first = parts[0]) {
        total -= first.length
        parts.shift()
      }
    },
    parts: () => parts,
  }
}
