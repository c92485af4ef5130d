import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { Secret } from '../../shared/secrets/secret.ts'
import { runAttached } from '../host/attached-child.ts'
import { makePrivateDirectory } from '../host/private-directory.ts'

/**
 * Lets a user edit a text in a private file, and returns the saved text. `editor` is a shell command, as in EDITOR. The
 * file is always removed afterwards, with any files that the editor created next to it.
 * Throws EDITOR_FAILED.
 */
export async function editPrivately(
  text: Secret,
  { editor, signal }: { editor: string; signal: AbortSignal },
): Promise<Secret> {
  await using directory = await makePrivateDirectory('edit')
  const file = join(directory.path, '.env')
  await writeFile(file, text.reveal(), { mode: 0o600 })
  const exitCode = await runAttached('sh', ['-c', `${editor} "$0"`, file], { signal })
  signal.throwIfAborted()
  if (exitCode !== 0) {
    throw new DrayError('EDITOR_FAILED', `The editor \`${editor}\` exited with code ${exitCode}.`)
  }
  return new Secret(await readFile(file, 'utf8'))
}
