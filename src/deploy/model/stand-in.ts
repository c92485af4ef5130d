/** Label of the stand-ins that dray starts; no other one-off container is touched. Its value is the service. */
export const standInLabel = 'dray.stand-in-of'

/**
 * The names of the next stand-ins of a service. Project names have no dot, so two services never share a name. `taken`: names of
 * stand-ins that an interrupted deploy left; one of them may still serve.
 */
export function chooseStandInNames(
  { project, service, count }: { project: string; service: string; count: number },
  taken: readonly string[],
): string[] {
  const first = `${project}.${service}.stand-in`
  const names: string[] = []
  for (let number = 1; names.length < count; number += 1) {
    const name = number === 1 ? first : `${first}-${number}`
    if (!taken.includes(name)) names.push(name)
  }
  return names
}
