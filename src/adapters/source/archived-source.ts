import { parseDocument } from 'yaml'
import type { AppSource, BundleFile } from '../../deploy/model/ports.ts'
import type { ReleaseArchive } from '../../deploy/releases/release-archive.ts'
import type { Release } from '../../deploy/model/release.ts'
import { DEFAULT_NAMES, OVERRIDE_NAME, PINS_NAME } from './app-source.ts'
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
      return names.flatMap((name) => byPath.get(name) ?? [])
    },
    bundle: async (_model, images) =>
      (await files()).map((file) =>
        file.path === OVERRIDE_NAME || file.path === PINS_NAME ? withImages(file, images) : file,
      ),
  }
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
