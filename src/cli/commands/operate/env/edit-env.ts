import { readEnvExample } from '../../../../adapters/source/app-variables.ts'
import { editPrivately } from '../../../../adapters/terminal/edit-privately.ts'
import { compareDotenv, parseDotenv } from '../../../../operations/env/parse-dotenv.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { mapNonEmpty } from '../../../../shared/non-empty.ts'
import { Secret } from '../../../../shared/secret.ts'
import { changeEnv, type EnvWork } from './change-env.ts'

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
  assertReadable(after)
  const changes = compareDotenv(first.text.reveal(), after.reveal())
  const { added, changed, removed } = changes
  await changeEnv(work, { set: [...added, ...changed], removed }, (store, by) =>
    store.replace({ text: after, expectedHash: first.hash, changes }, by),
  )
}

/** Reports invalid lines by number only: their content may be a secret. */
function assertReadable(text: Secret): void {
  const { variables, badLines } = parseDotenv(text.reveal())
  if (badLines.length > 0) {
    throw new DrayError(
      'ENV_INVALID',
      `Not in the form NAME=value: line ${badLines.join(', ')}. Nothing was written.`,
      {
        hint: "Put a value of several lines in quotes. Run the same command again: it begins with the server's file.",
      },
    )
  }
  if (variables.length === 0) {
    throw new DrayError('ENV_INVALID', 'The edited file has no variables. Nothing was written.', {
      hint: 'To remove a variable: `dray env ENVIRONMENT unset KEY`.',
    })
  }
}
