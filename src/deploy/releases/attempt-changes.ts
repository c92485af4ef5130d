import type { HostObservation } from '../model/observation.ts'
import type { Plan } from '../model/plan.ts'
import { OVERRIDE_NAME, PINS_NAME } from '../../shared/override-names.ts'
import { newestRelease, type Release, type ReleasedService } from '../model/release.ts'

/** What an attempt changed against the release that served before, or was to change. Values and names of variables are not in it. */
export type AttemptChanges = {
  /**
   * Services whose image differs, with the tag of both sides, or the beginning of the digest of one without; a side without the
   * service is absent.
   */
  images: readonly { service: string; from?: string; to?: string }[]
  /** How many shipped files were added, removed or changed; that in which dray writes the digests of the images does not count. */
  files: number
  /** How many variables of `.env`; `changed`: as far as their values were recorded. */
  variables: { added: number; removed: number; changed: number }
}

const WRITTEN: ReadonlySet<string> = new Set([OVERRIDE_NAME, PINS_NAME])

type Side = Pick<Release, 'services' | 'files' | 'variables' | 'valueHashes'>

/** Compares the records of two releases. Pure. */
export function compareRecords(before: Side, after: Side): AttemptChanges {
  const images = differing(imagesOf(before), imagesOf(after)).map((service) => {
    const [from, to] = [before.services[service], after.services[service]]
    return { service, ...(from && { from: imageLabel(from) }), ...(to && { to: imageLabel(to) }) }
  })
  const [old, fresh] = [new Set(before.variables), new Set(after.variables)]
  const { valueHashes: oldHashes = {} } = before
  const { valueHashes: freshHashes = {} } = after
  return {
    images,
    files: differing(before.files, after.files).filter((path) => !WRITTEN.has(path)).length,
    variables: {
      added: [...fresh].filter((name) => !old.has(name)).length,
      removed: [...old].filter((name) => !fresh.has(name)).length,
      changed: [...fresh].filter((name) => {
        const [was, is] = [oldHashes[name], freshHashes[name]]
        return old.has(name) && was !== undefined && is !== undefined && was !== is
      }).length,
    },
  }
}

/**
 * What a plan changes on one host, for the journal: a change of `.env` alone leaves no record of the release before it. Undefined
 * before the first release.
 */
export function changesOnHost(
  { steps }: Pick<Plan, 'steps'>,
  {
    host,
    directory,
    files,
  }: Pick<HostObservation, 'host' | 'files'> & {
    directory: Pick<HostObservation['directory'], 'releases' | 'envFile'>
  },
): AttemptChanges | undefined {
  const before = newestRelease(directory.releases)
  const record = steps.find((it) => it.kind === 'record-release' && it.host === host)
  if (before === undefined || record?.kind !== 'record-release') return undefined
  const { variables, valueHashes, newHashKey } = directory.envFile
  return compareRecords(before, {
    services: record.services,
    files: Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256])),
    variables,
    // Under another key every hash differs.
    ...(newHashKey === undefined && valueHashes && { valueHashes }),
  })
}

/** Reads the changes from a journal line, which may contain anything; undefined if it has none. */
export function readChanges(value: unknown): AttemptChanges | undefined {
  const { images, files, variables } = fieldsOf(value)
  const { added, removed, changed } = fieldsOf(variables)
  if (!Array.isArray(images) || !isCount(files)) return undefined
  if (!isCount(added) || !isCount(removed) || !isCount(changed)) return undefined
  return {
    images: images.flatMap((it: unknown) => {
      const { service, from, to } = fieldsOf(it)
      if (typeof service !== 'string') return []
      return [{ service, ...(typeof from === 'string' && { from }), ...(typeof to === 'string' && { to }) }]
    }),
    files,
    variables: { added, removed, changed },
  }
}

/** The names whose values differ, or that only one side has, sorted. */
export function differing(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort()
}

function imagesOf({ services }: Side): Record<string, string> {
  return Object.fromEntries(Object.entries(services).map(([name, { image }]) => [name, image]))
}

function imageLabel({ tag, digest }: ReleasedService): string {
  return tag ?? digest.slice(0, 19)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return (value ?? {}) as Readonly<Record<string, unknown>>
}
