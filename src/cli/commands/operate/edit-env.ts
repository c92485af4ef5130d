import { readEnvExample } from '../../../adapters/source/app-variables.ts'
import { editPrivately } from '../../../adapters/terminal/edit-privately.ts'
import { compareDotenv, parseDotenv } from '../../../operations/env/parse-dotenv.ts'
import { DrayError } from '../../../errors/dray-error.ts'
import { mapNonEmpty } from '../../../shared/non-empty.ts'
import { Secret } from '../../../shared/secret.ts'
import { changeEnv, type EnvWork } from './change-env.ts'

/**
 * Has a person edit `.env`, and puts it back when it is still the one that was read. Where there is none, it begins as
 * .env.example. Throws USAGE when the hosts do not have the same, and ENV_INVALID for what is no dotenv file.
 */
export async function editEnv(work: EnvWork): Promise<void> {
  const { input, context, output, stores } = work
  const files = await Promise.all(mapNonEmpty(stores, (store) => store.read()))
  const [first] = files
  const { projectDirectory, environment } = input.config
  if (files.some(({ hash }) => hash !== first.hash)) {
    throw new DrayError('USAGE', `The hosts of ${environment.name} do not have the same .env.`, {
      hint: `Change one variable on all of them: \`dray env ${environment.name} set KEY\`.`,
    })
  }
  const before =
    first.hash === undefined ? new Secret((await readEnvExample(projectDirectory)) ?? '') : first.text

  // What Ctrl-C means is the editor's to say.
  context.reportInterrupt = () => undefined
  const { VISUAL, EDITOR } = context.env
  const after = await editPrivately(before, { editor: VISUAL ?? EDITOR ?? 'vi', signal: context.signal })
  if (after.reveal() === before.reveal()) {
    output.note('Nothing was changed, and nothing was written.')
    return
  }
  assertReadable(after)
  const changes = compareDotenv(first.text.reveal(), after.reveal())
  const { added, changed, removed } = changes
  await changeEnv(work, { set: [...added, ...changed], removed }, (store, by) =>
    store.replace({ text: after, expectedHash: first.hash, changes }, by),
  )
}

/** Names lines by number only: what is on them may be a secret. */
function assertReadable(text: Secret): void {
  const { variables, badLines } = parseDotenv(text.reveal())
  if (badLines.length > 0) {
    throw new DrayError('ENV_INVALID', `Line ${badLines.join(', ')} is no NAME=value; nothing was written.`, {
      hint: 'A value of several lines stands in quotes. Run the same command again: it begins with what is on the server.',
    })
  }
  if (variables.length === 0) {
    throw new DrayError('ENV_INVALID', 'Nothing was left in the file; nothing was written.', {
      hint: 'If no variable is meant: `dray env ENVIRONMENT unset KEY` takes them away one by one.',
    })
  }
}
