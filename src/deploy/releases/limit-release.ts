import { frontName } from '../model/front.ts'
import { serviceNames, type Release } from '../model/release.ts'
import { hasRole } from './same-release.ts'

/**
 * The release as a host with the role `services` runs it (undefined: all services), from the record of a host with the role `of`;
 * undefined if the record lacks one of its services, or has a front, which is made for the services that its host has.
 */
export function limitRelease(
  release: Release,
  { services, of }: Readonly<Record<'services' | 'of', readonly string[] | undefined>>,
): Release | undefined {
  if (hasRole(services, of)) return release
  const there = serviceNames(release)
  if (there.includes(frontName)) return undefined
  if (services === undefined) return release.elsewhere === undefined ? release : undefined
  if (!services.every((name) => there.includes(name))) return undefined
  const { elsewhere: before = [], inactive, ...rest } = release
  const elsewhere = [...Object.keys(release.services).filter((name) => !services.includes(name)), ...before]
  return {
    ...rest,
    services: keepNamed(release.services, services),
    ...(inactive && { inactive: keepNamed(inactive, services) }),
    ...(elsewhere.length > 0 && { elsewhere }),
  }
}

/** The entries with these names. */
export function keepNamed<T>(all: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
}
