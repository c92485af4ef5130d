/** Names sorted by edit distance to `word`; those that begin with it come first. */
export function sortByNearness(word: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: distance(word, name) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name)
}

/** The name that `word` probably stands for, or undefined if no name is near. */
export function findNearest(word: string, names: readonly string[]): string | undefined {
  const [nearest] = sortByNearness(word, names)
  if (nearest === undefined) return undefined
  const allowed = Math.max(1, Math.floor(Math.max(word.length, nearest.length) / 3))
  return distance(word, nearest) <= allowed ? nearest : undefined
}

/** A prefix is likely: `prod` means `production` rather than `prob`. */
function distance(word: string, name: string): number {
  const [typed, known] = [word.toLowerCase(), name.toLowerCase()]
  return typed.length > 1 && known.startsWith(typed) ? 0 : editDistance(typed, known)
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let best = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      )
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) best = Math.min(best, at(beforeLast, column - 2) + 1)
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
