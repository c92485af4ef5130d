import { compareNames, type Change } from './compare-names.ts'
import { compareFiles, type FileDiff } from './compare-files.ts'
import type { ReleaseSide, SideImage } from './release-side.ts'

/** The differences between two releases, by name. */
export type ReleaseDiff = {
  /** Labels of the two sides. */
  from: string
  to: string
  images: readonly ImageDiff[]
  configuration: readonly ServiceDiff[]
  /** Names of variables added to or removed from `.env`, and of those whose value changed, as far as values were recorded. */
  variables: readonly { name: string; change: Change }[]
  files: readonly FileDiff[]
  /** What could not be compared, one sentence each. */
  notes: readonly string[]
}

export type ImageDiff = { service: string; from?: SideImage; to?: SideImage }

/** A service whose Compose definition differs; for an added or removed service there are no keys. */
export type ServiceDiff = {
  service: string
  change: Change
  keys: readonly { name: string; change: Change }[]
}

/** Compares the contents of two releases. Pure. */
export function compareSides(from: ReleaseSide, to: ReleaseSide): ReleaseDiff {
  return {
    from: from.label,
    to: to.label,
    images: compareImages(from, to),
    configuration: compareDefinitions(from.definitions, to.definitions),
    variables: compareNames(hashesOf(from), hashesOf(to), isSameValue),
    files: compareFiles(from, to),
    notes: [...[from, to].flatMap(explainHashes), ...from.notes, ...to.notes],
  }
}

/** Whether there is a known difference. */
export function isDifferent({ images, configuration, variables, files }: ReleaseDiff): boolean {
  return [images, configuration, variables, files].some((found) => found.length > 0)
}

function compareImages(from: ReleaseSide, to: ReleaseSide): ImageDiff[] {
  return compareNames(from.images, to.images, isSameImage).map(({ name: service }) => {
    const [before, after] = [from.images[service], to.images[service]]
    return { service, ...(before && { from: before }), ...(after && { to: after }) }
  })
}

/** If a digest is unknown, the tags are compared. */
function isSameImage(a: SideImage, b: SideImage): boolean {
  if (a.name !== b.name) return false
  return a.digest === undefined || b.digest === undefined ? a.tag === b.tag : a.digest === b.digest
}

function compareDefinitions(from: ReleaseSide['definitions'], to: ReleaseSide['definitions']): ServiceDiff[] {
  if (from === undefined || to === undefined) return []
  const isSame = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
    compareNames(a, b).length === 0
  return compareNames(from, to, isSame).map(({ name: service, change }) => ({
    service,
    change,
    keys: change === 'changed' ? compareNames(from[service] ?? {}, to[service] ?? {}) : [],
  }))
}

/** An unknown hash is empty. */
function hashesOf({ variables, valueHashes }: ReleaseSide): Record<string, string> {
  return Object.fromEntries(variables.map((name) => [name, valueHashes?.[name] ?? '']))
}

function isSameValue(a: string, b: string): boolean {
  return a === b || a === '' || b === ''
}

function explainHashes({ label, variables, valueHashes }: ReleaseSide): string[] {
  if (valueHashes !== undefined || variables.length === 0) return []
  return [`Changed values in \`.env\` are not listed: ${label} has no hashes of its values.`]
}
