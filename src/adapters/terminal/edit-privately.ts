import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { Secret } from '../../shared/secret.ts'
import { runAttached } from '../host/attached-child.ts'

/** A file system in memory, where Linux has one: what is there is never on a disk. */
const MEMORY = '/dev/shm'

/**
 * Has a person edit a text, in a file that nobody else may read, and gives it as it was saved. `editor` is a line for the
 * shell, as EDITOR is. The file is gone afterwards with what the editor put beside it, whatever happens.
 * Throws EDITOR_FAILED.
 */
export async function editPrivately(
  text: Secret,
  { editor, signal }: { editor: string; signal: AbortSignal },
): Promise<Secret> {
  const isThere = await stat(MEMORY).then(
    (it) => it.isDirectory(),
    () => false,
  )
  const directory = await mkdtemp(join(isThere ? MEMORY : tmpdir(), 'dray-'))
  try {
    const file = join(directory, '.env')
    await writeFile(file, text.reveal(), { mode: 0o600 })
    const exitCode = await runAttached('sh', ['-c', `${editor} "$0"`, file], signal)
    signal.throwIfAborted()
    if (exitCode !== 0) {
      throw new DrayError('EDITOR_FAILED', `The editor, \`${editor}\`, ended with exit code ${exitCode}.`)
    }
    return new Secret(await readFile(file, 'utf8'))
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
