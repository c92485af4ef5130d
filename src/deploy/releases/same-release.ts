import type { Release } from '../model/release.ts'

/** Whether two hosts run the same services, in any order; undefined for all. */
export function hasRole(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return JSON.stringify(a && [...a].sort()) === JSON.stringify(b && [...b].sort())
}

/** Whether two records have the same images. Files may differ from host to host, as `.env` does. */
export function hasSameImages(a: Pick<Release, 'services'>, b: Pick<Release, 'services'>): boolean {
  const text = ({ services }: Pick<Release, 'services'>): string =>
    JSON.stringify(
      Object.entries(services)
        .map(([name, { image }]) => [name, image])
        .sort(),
    )
  return text(a) === text(b)
}

/**
 * A service of both records with another image in each: two deploys took the same number, each without the other's hosts. An image
 * that was running before dray is that of its host.
 */
export function findOtherImage(
  a: Pick<Release, 'services'>,
  b: Pick<Release, 'services'>,
): string | undefined {
  return Object.keys(a.services).find((name) => {
    const [one, other] = [a.services[name], b.services[name]]
    if (one === undefined || other === undefined) return false
    return !one.adoptedName && !other.adoptedName && one.image !== other.image
  })
}
