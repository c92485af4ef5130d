import { parseDocument } from 'yaml'
import type { BundleFile } from '../../deploy/model/ports.ts'
import type { ReleasePart } from '../../deploy/releases/combine-releases.ts'
import type { ReleaseArchive } from '../../deploy/releases/release-archive.ts'
import { isOverride } from './archived-source.ts'

/** The files of one release that several hosts keep, each with those of its services; the override file has the services of each part. */
export function combineArchives(parts: readonly [ReleasePart, ...ReleasePart[]]): ReleaseArchive {
  const [{ archive }] = parts
  return {
    read: (releases, signal) => archive.read(releases, signal),
    files: async (_, signal) => {
      const bundles = await Promise.all(parts.map((it) => it.archive.files(it.release, signal)))
      const files = new Map<string, BundleFile>()
      for (const [index, { services }] of parts.entries())
        for (const file of bundles[index] ?? []) {
          const known = files.get(file.path)
          if (known === undefined) files.set(file.path, file)
          else if (isOverride(file)) files.set(file.path, withServices(known, file, services))
        }
      return [...files.values()]
    },
  }
}

/** The override file with these services of another one. Readable by as few as both. */
function withServices(file: BundleFile, from: BundleFile, services: readonly string[]): BundleFile {
  const [document, other] = [file, from].map(({ content }) =>
    parseDocument(new TextDecoder().decode(content)),
  )
  if (document === undefined || other === undefined) return file
  for (const name of services) {
    const node: unknown = other.getIn(['services', name], true)
    if (node === undefined) document.deleteIn(['services', name])
    else document.setIn(['services', name], node)
  }
  const content = new TextEncoder().encode(document.toString({ lineWidth: 0 }))
  return { ...file, content, mode: file.mode & from.mode }
}
