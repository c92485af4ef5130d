/** Label of the stand-ins that dray starts; no other one-off container is touched. Its value is the service. */
export const standInLabel = 'dray.stand-in-of'

/**
 * The name of the next stand-in of a service. Project names have no dot, so two services never share a name. `taken`: names of
 * stand-ins that an interrupted deploy left; one of them may still serve.
 */
export function chooseStandInName(project: string, service: string, taken: readonly string[]): string {
  const name = `${project}.${service}.stand-in`
  if (!taken.includes(name)) return name
  let number = 2
  while (taken.includes(`${name}-${number}`)) number += 1
  return `${name}-${number}`
}
