import type { HostEdit } from '../../../../operations/env/change-hosts.ts'
import type { EnvStore } from '../../../../operations/env/ports.ts'
import { findReplaced } from '../../../../operations/env/find-replaced.ts'
import { compareDotenv, type VariableChanges } from '../../../../operations/env/parse-dotenv.ts'
import { mapNonEmpty, type NonEmpty } from '../../../../shared/non-empty.ts'
import type { Secret } from '../../../../shared/secrets/secret.ts'
import { changeEnv, type EnvWork } from './change-env.ts'
import { confirmChanges } from './confirm-changes.ts'

/** A whole new `.env` for one host. */
export type NewEnv = { store: EnvStore; text: Secret; before: Secret; expectedHash: string | undefined }

/**
 * Replaces `.env` on all hosts, after the changes are shown and confirmed. `mustAsk`: not only if needed variables are removed;
 * `isRepeatable`: see `ChangeRequest`. Throws what confirmChanges and changeHosts throw.
 */
export async function replaceEnv(
  work: EnvWork,
  files: NonEmpty<NewEnv>,
  { mustAsk, isRepeatable }: { mustAsk: boolean; isRepeatable: boolean },
): Promise<void> {
  const changes = new Map<EnvStore, VariableChanges>()
  const edits = mapNonEmpty(files, ({ store, before, text, expectedHash }): HostEdit => {
    const its = compareDotenv(before.reveal(), text.reveal())
    changes.set(store, its)
    return {
      store,
      names: { set: [...its.added, ...its.changed], removed: its.removed },
      make: (writer, by) => writer.replace({ text, expectedHash, changes: its }, by),
    }
  })
  for (const name of new Set(files.flatMap(({ text }) => findReplaced(text.reveal())))) {
    work.output.note(
      `${name} has a \`$\` that Compose replaces. If it belongs to the value, put the value in single quotes.`,
    )
  }
  if (!(await confirmChanges(work, changes, { mustAsk }))) return
  await changeEnv(work, edits, { isRepeatable })
}
