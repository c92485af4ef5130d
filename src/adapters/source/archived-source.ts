import type { AppSource } from '../../deploy/model/ports.ts'
import type { ReleaseArchive } from '../../deploy/releases/release-archive.ts'
import type { Release } from '../../deploy/model/release.ts'
import { DEFAULT_NAMES, OVERRIDE_NAME } from './app-source.ts'
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
    bundle: () => files(),
  }
}
