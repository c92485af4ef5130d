import { readEnvExample } from '../../../../adapters/source/app-variables.ts'
import { editPrivately } from '../../../../adapters/terminal/edit-privately.ts'
import { assertDotenv } from '../../../../operations/env/assert-dotenv.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { mapNonEmpty } from '../../../../shared/non-empty.ts'
import { Secret } from '../../../../shared/secrets/secret.ts'
import type { EnvWork } from './change-env.ts'
import { replaceEnv } from './replace-env.ts'

/**
 * Opens `.env` in an editor, and writes it back if the server's file is still the one that was read. A new file begins as
 * .env.example. Throws USAGE if the hosts have different files, and ENV_INVALID for an invalid dotenv file.
 */
export async function editEnv(work: EnvWork): Promise<void> {
  const { input, context, output, stores } = work
  const files = await Promise.all(mapNonEmpty(stores, (store) => store.read()))
  const [first] = files
  const { projectDirectory, environment } = input.config
  if (files.some(({ hash }) => hash !== first.hash)) {
    throw new DrayError('USAGE', `The hosts of ${environment.name} have different .env files.`, {
      hint: `Change one variable on all of them: \`dray env ${environment.name} set KEY\`.`,
    })
  }
  const before =
    first.hash === undefined ? new Secret((await readEnvExample(projectDirectory)) ?? '') : first.text

  // The editor handles Ctrl-C.
  context.reportInterrupt = () => undefined
  const { VISUAL, EDITOR } = context.env
  const after = await editPrivately(before, { editor: VISUAL ?? EDITOR ?? 'vi', signal: context.signal })
  if (after.reveal() === before.reveal()) {
    output.note('The file is unchanged.')
    return
  }
  assertDotenv(after)
  const { hash: expectedHash } = first
  const edited = mapNonEmpty(stores, (store) => ({ store, text: after, before: first.text, expectedHash }))
  // A second edit begins only if all hosts have the same file.
  await replaceEnv(work, edited, { mustAsk: false, isRepeatable: false })
}
