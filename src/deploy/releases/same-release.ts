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
