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
      // Half is dropped each time, in one piece, so that the cost is proportional to the length of the output.
      let dropped = 0
      for (const { length } of parts) {
        if (total - length < size) break
        total -= length
        dropped += 1
      }
      parts.splice(0, dropped)
    },
    parts: () => parts,
  }
}
