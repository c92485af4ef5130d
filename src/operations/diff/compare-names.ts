export type Change = 'added' | 'removed' | 'changed'

/** The names whose values differ between two records, sorted. */
export function compareNames<Value>(
  from: Readonly<Record<string, Value>>,
  to: Readonly<Record<string, Value>>,
  isSame: (a: Value, b: Value) => boolean = Object.is,
): { name: string; change: Change }[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  return names.flatMap((name): { name: string; change: Change }[] => {
    const [before, after] = [from[name], to[name]]
    if (before === undefined) return [{ name, change: 'added' }]
    if (after === undefined) return [{ name, change: 'removed' }]
    return isSame(before, after) ? [] : [{ name, change: 'changed' }]
  })
}
