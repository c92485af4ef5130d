import type { AttemptChanges } from '../../../deploy/releases/attempt-changes.ts'

/** `v1.3 → v1.4`, or `latest, another image` if the tag is the same. */
export function renderImageChange({ from, to }: AttemptChanges['images'][number]): string {
  if (from === undefined) return `added, ${to ?? ''}`
  if (to === undefined) return `removed, ${from}`
  return from === to ? `${to}, another image` : `${from} → ${to}`
}

/** `2 files` and `1 variable added, 1 changed`; an item for each that there is. */
export function renderOtherChanges({ files, variables }: Omit<AttemptChanges, 'images'>): string[] {
  const counts = (['added', 'removed', 'changed'] as const).filter((change) => variables[change] > 0)
  const parts = counts.map((change, index) =>
    index === 0 ? `${plural(variables[change], 'variable')} ${change}` : `${variables[change]} ${change}`,
  )
  return [...(files === 0 ? [] : [plural(files, 'file')]), ...(parts.length === 0 ? [] : [parts.join(', ')])]
}

/** The same for a narrow column: `2 files` and `2 variables`. */
export function countOtherChanges({ files, variables }: Omit<AttemptChanges, 'images'>): string[] {
  const { added, removed, changed } = variables
  const sum = added + removed + changed
  return [...(files === 0 ? [] : [plural(files, 'file')]), ...(sum === 0 ? [] : [plural(sum, 'variable')])]
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
