import { parseDocument, type Document } from 'yaml'
import { isDrainCommand, type DrainCheck } from '../../deploy/model/drain-check.ts'
import type { AppSource, BundleFile } from '../../deploy/model/ports.ts'
import type { ReleaseArchive } from '../../deploy/releases/release-archive.ts'
import type { Release } from '../../deploy/model/release.ts'
import { composeCheck, ELSEWHERE } from '../compose/pins.ts'
import { OVERRIDE_NAME, PINS_NAME } from '../../shared/override-names.ts'
import { DEFAULT_NAMES } from './app-source.ts'
import { followReferences } from './compose-references.ts'

/** The files of an archived release, read from the host once, on first use. */
export function createArchivedSource(archive: ReleaseArchive, release: Release): AppSource {
  let reading: ReturnType<ReleaseArchive['files']> | undefined
  const files = () => (reading ??= archive.files(release))
  return {
    composeFiles: async () => {
      const byPath = new Map((await files()).map((file) => [file.path, file]))
      const main = DEFAULT_NAMES.find((name) => byPath.has(name))
      const roots = [main ?? [], byPath.has(OVERRIDE_NAME) ? OVERRIDE_NAME : []].flat()
      const names = await followReferences(roots, async (name) => {
        const content = byPath.get(name)?.content
        return content === undefined ? undefined : new TextDecoder().decode(content)
      })
      // dray's own health checks are no part of the app.
      return names
        .flatMap((name) => byPath.get(name) ?? [])
        .map((it) => (isOverride(it) ? withChecks(it, {}) : it))
    },
    bundle: async ({ elsewhere }, images, checks = {}) =>
      (await files()).map((file) =>
        isOverride(file) ? withChecks(withImages(withRole(file, elsewhere), images), checks) : file,
      ),
  }
}

/** It is written by dray, and has the images by digest. */
export function isOverride({ path }: BundleFile): boolean {
  return path === OVERRIDE_NAME || path === PINS_NAME
}

/** The override file with these health checks of dray instead of those that it has. */
function withChecks(file: BundleFile, checks: Readonly<Record<string, DrainCheck>>): BundleFile {
  const document = parseDocument(new TextDecoder().decode(file.content))
  const before = findChecked(document)
  if (before.length + Object.keys(checks).length === 0) return file
  for (const service of before) document.deleteIn(['services', service, 'healthcheck'])
  for (const [service, check] of Object.entries(checks))
    document.setIn(['services', service, 'healthcheck'], composeCheck(check))
  return { ...file, content: new TextEncoder().encode(document.toString({ lineWidth: 0 })) }
}

/** Services with a health check of dray. */
function findChecked(document: Document.Parsed): string[] {
  const { services } = (document.toJS() ?? {}) as {
    services?: Readonly<Record<string, { healthcheck?: { test?: unknown } } | null>>
  }
  return Object.entries(services ?? {}).flatMap(([name, service]) => {
    const test = service?.healthcheck?.test
    return Array.isArray(test) && isDrainCommand(test.map(String)) ? [name] : []
  })
}

/** The override file without containers of these services. It has that, unless it was made for a host with another role. */
function withRole(file: BundleFile, elsewhere: readonly string[] = []): BundleFile {
  const document = parseDocument(new TextDecoder().decode(file.content))
  const present = elsewhere.filter((name) => document.getIn(['services', name, 'scale']) !== ELSEWHERE.scale)
  if (present.length === 0) return file
  for (const name of present) document.setIn(['services', name], document.createNode(ELSEWHERE))
  return { ...file, content: new TextEncoder().encode(document.toString({ lineWidth: 0 })) }
}

/**
 * The override file with these images. It differs from the archived one only if a container was adopted under the name in
 * the compose file then, and is replaced now: by its digest.
 */
function withImages(file: BundleFile, images: Readonly<Record<string, string>>): BundleFile {
  const document = parseDocument(new TextDecoder().decode(file.content))
  const differing = Object.entries(images).filter(([service, image]) => {
    const archived = document.getIn(['services', service, 'image'])
    return typeof archived === 'string' && archived !== image
  })
  if (differing.length === 0) return file
  for (const [service, image] of differing) document.setIn(['services', service, 'image'], image)
  return { ...file, content: new TextEncoder().encode(document.toString({ lineWidth: 0 })) }
}
