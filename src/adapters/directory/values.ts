import type { BundleFile } from '../../deploy/model/ports.ts'
import { onceFor } from '../../shared/once-for.ts'
import { hasWord, usesBesideImages } from '../../shared/compose-file.ts'

/** Deploy-time values that Compose interpolates, such as IMAGE_TAG. Never the registry's token. */
export type DeployValueMap = Readonly<Record<string, string>>

/**
 * Whether the values may change more of Compose's model than the images of services. Names that only an image has, and no
 * env file of the server, cannot. Both must not be changed: it is worked out once for all hosts.
 */
export function changeMoreThanImages(files: readonly BundleFile[], values: DeployValueMap): boolean {
  return withFiles(files)(values)
}

const withFiles = onceFor((files: readonly BundleFile[]) =>
  onceFor((values: DeployValueMap) => decideChange(files, values)),
)

function decideChange(files: readonly BundleFile[], values: DeployValueMap): boolean {
  const names = Object.keys(values).filter((name) => /^\w+$/.test(name))
  // Compose itself reads these.
  if (names.some((name) => name.startsWith('COMPOSE_'))) return true
  return files.some(({ path, content }) => {
    const text = new TextDecoder().decode(content)
    return /\.ya?ml$/.test(path) ? usesBesideImages(text, names) : hasWord(text, names)
  })
}

/**
 * The values as lines for a POSIX shell: `export NAME='value'`. They are sent on standard input, so they appear in no
 * argument list and in no file that stays.
 */
export function exportLines(values: DeployValueMap): string {
  return Object.entries(values)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('')
}
