import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** The name of the executable for this machine among the files of a release. */
export const executableName = `dray-${platform()}-${arch()}.gz`

type ReleaseParts = {
  version: string
  /** A private key of SSH. */
  key: string
  namespace?: string
  /** More files, or other content. */
  files?: Readonly<Record<string, string | Uint8Array>>
}

/** A program that prints a version, as an executable of that version does. */
export const programOf = (version: string): string => `#!/bin/sh\necho ${version}\n`

/** Writes the files of a release as `npm run package` makes them, with a script as the executable. */
export async function writeSignedRelease(
  directory: string,
  { version, key, namespace = 'dray-release', files }: ReleaseParts,
): Promise<void> {
  const all = { [`dray-${version}.tgz`]: 'package', [executableName]: gzipSync(programOf(version)), ...files }
  const sums = Object.entries(all).map(
    ([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`,
  )
  for (const [name, content] of Object.entries({ ...all, SHA256SUMS: sums.join('') }))
    await writeFile(join(directory, name), content)
  await rm(join(directory, 'SHA256SUMS.sig'), { force: true })
  const sign = ['-q', '-Y', 'sign', '-f', key, '-n', namespace]
  execFileSync('ssh-keygen', [...sign, join(directory, 'SHA256SUMS')], { stdio: 'ignore' })
}
