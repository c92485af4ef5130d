/** A list that has at least one item, so that its first one is always there. */
export type NonEmpty<T> = readonly [T, ...T[]]

/** `map` for such a list. */
export function mapNonEmpty<T, U>([first, ...more]: NonEmpty<T>, make: (item: T) => U): NonEmpty<U> {
  return [make(first), ...more.map(make)]
}
