import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { Secret } from '../../shared/secret.ts'
import { runAttached } from '../host/attached-child.ts'
import { makePrivateDirectory } from '../host/private-directory.ts'

/**
 * Has a person edit a text, in a file that nobody else may read, and gives it as it was saved. `editor` is a line for the
 * shell, as EDITOR is. The file is gone afterwards with what the editor put beside it, whatever happens.
 * Throws EDITOR_FAILED.
 */
export async function editPrivately(
  text: Secret,
  { editor, signal }: { editor: string; signal: AbortSignal },
): Promise<Secret> {
  await using directory = await makePrivateDirectory('edit')
  const file = join(directory.path, '.env')
  await writeFile(file, text.reveal(), { mode: 0o600 })
  const exitCode = await runAttached('sh', ['-c', `${editor} "$0"`, file], signal)
  signal.throwIfAborted()
  if (exitCode !== 0) {
    throw new DrayError('EDITOR_FAILED', `The editor, \`${editor}\`, ended with exit code ${exitCode}.`)
  }
  return new Secret(await readFile(file, 'utf8'))
}
