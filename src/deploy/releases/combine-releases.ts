import { DrayError } from '../../errors/dray-error.ts'
import { OVERRIDE_NAME, PINS_NAME } from '../../shared/override-names.ts'
import { frontName } from '../model/front.ts'
import { serviceNames, type Release } from '../model/release.ts'
import { keepNamed } from './limit-release.ts'
import type { ReleaseArchive } from './release-archive.ts'

/** What another host gets of the release of one host: its record, the archive with its files, and the services taken from it. */
export type ReleasePart = {
  name: string
  release: Release
  archive: ReleaseArchive
  services: readonly string[]
}

/**
 * The hosts that together run `services` (undefined: all), as few as the first ones allow, and the services that none of them runs. A
 * host with a front gives none: that is made for the services beside it.
 */
export function chooseParts(
  hosts: readonly Omit<ReleasePart, 'services'>[],
  services: readonly string[] | undefined,
): { parts: readonly ReleasePart[]; missing: readonly string[] } {
  let missing = services ?? allNames(hosts)
  const parts: ReleasePart[] = []
  for (const host of hosts) {
    const there = serviceNames(host.release)
    const given = missing.filter((name) => there.includes(name))
    if (given.length === 0 || hasFront(host)) continue
    parts.push({ ...host, services: given })
    missing = missing.filter((name) => !given.includes(name))
  }
  return { parts, missing }
}

export function hasFront({ release }: Pick<ReleasePart, 'release'>): boolean {
  return serviceNames(release).includes(frontName)
}

/**
 * One record of the parts, for `host`. Throws HOSTS_DIFFER if they are not of one deploy, as far as their tag, their commit, what they
 * restore and the files that they share show.
 */
export function combineReleases(parts: readonly [ReleasePart, ...ReleasePart[]], host: string): Release {
  for (const [index, one] of parts.entries())
    for (const other of parts.slice(index + 1)) {
      const difference = findDifference(one.release, other.release)
      if (difference === undefined) continue
      throw new DrayError(
        'HOSTS_DIFFER',
        `${host} needs services of ${one.name} and of ${other.name}, whose records of release ${one.release.id} differ: ${difference}.`,
      )
    }
  const [{ release: first }] = parts
  const releases = parts.map(({ release }) => release)
  const taken = parts.flatMap(({ services }) => services)
  const elsewhere = allNames(parts).filter((name) => !taken.includes(name))
  const { elsewhere: _, valueHashes: __, inactive, ...rest } = first
  return {
    ...rest,
    services: merge(parts.map(({ release, services }) => keepNamed(release.services, services))),
    ...(inactive && { inactive: keepNamed(inactive, taken) }),
    ...(elsewhere.length > 0 && { elsewhere }),
    files: merge(releases.map(({ files }) => files)),
    variables: [...new Set(releases.flatMap(({ variables }) => variables))],
    networks: merge(releases.map(({ networks }) => networks)),
    entrances: releases.flatMap(({ entrances = [] }) => entrances),
  }
}

/** The services of the release, those that run on other hosts included. */
function allNames(hosts: readonly Pick<ReleasePart, 'release'>[]): string[] {
  const names = hosts.flatMap(({ release }) => [...serviceNames(release), ...(release.elsewhere ?? [])])
  return [...new Set(names)].filter((name) => name !== frontName)
}

function findDifference(a: Release, b: Release): string | undefined {
  if (a.tag !== b.tag) return `the tag is ${a.tag ?? 'none'} and ${b.tag ?? 'none'}`
  if (JSON.stringify(a.commit) !== JSON.stringify(b.commit)) return 'the commit is another one'
  if (a.restores !== b.restores) return 'a rollback put back another release'
  const path = Object.keys(a.files).find(
    (it) => !isOurs(it) && b.files[it] !== undefined && a.files[it] !== b.files[it],
  )
  return path && `${path} has another content`
}

/** It has the images of the services of its host. */
const isOurs = (path: string): boolean => path === OVERRIDE_NAME || path === PINS_NAME

function merge<T>(all: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  return Object.assign({}, ...all) as Record<string, T>
}
