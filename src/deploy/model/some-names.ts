import { renderCount } from '../../shared/bytes.ts'

const MOST = 3

/** `a, b, c and 4,997 more`: a short line for any number of names. */
export function someNames(names: readonly string[]): string {
  if (names.length <= MOST) return names.join(', ')
  return `${names.slice(0, MOST).join(', ')} and ${renderCount(names.length - MOST)} more`
}
