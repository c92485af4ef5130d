import leven from 'leven'

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

/** A prefix is likely: `prod` means `production` rather than `prob`. Two swapped letters count as one change. */
function distance(word: string, name: string): number {
  const [typed, known] = [word.toLowerCase(), name.toLowerCase()]
  if (typed.length > 1 && known.startsWith(typed)) return 0
  const changes = leven(typed, known)
  return changes === 2 && sortLetters(typed) === sortLetters(known) ? 1 : changes
}

function sortLetters(word: string): string {
  return Array.from(word).sort().join('')
}
