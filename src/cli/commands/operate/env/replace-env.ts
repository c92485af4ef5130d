import type { EnvStore } from '../../../../operations/env/ports.ts'
import { findReplaced } from '../../../../operations/env/find-replaced.ts'
import { compareDotenv, type VariableChanges } from '../../../../operations/env/parse-dotenv.ts'
import type { Secret } from '../../../../shared/secrets/secret.ts'
import { changeEnv, type EnvWork } from './change-env.ts'
import { confirmChanges } from './confirm-changes.ts'

/** A whole new `.env` for one host. */
export type NewEnv = { store: EnvStore; text: Secret; before: Secret; expectedHash: string | undefined }

/**
 * Replaces `.env` on each host, after the changes are shown and confirmed. `mustAsk`: not only if needed variables are removed.
 * Throws what confirmChanges and the stores throw.
 */
export async function replaceEnv(
  work: EnvWork,
  files: readonly NewEnv[],
  { mustAsk }: { mustAsk: boolean },
): Promise<void> {
  const changes = new Map<EnvStore, VariableChanges>(
    files.map(({ store, before, text }) => [store, compareDotenv(before.reveal(), text.reveal())]),
  )
  for (const name of new Set(files.flatMap(({ text }) => findReplaced(text.reveal())))) {
    work.output.note(
      `${name} has a \`$\` that Compose replaces. If it belongs to the value, put the value in single quotes.`,
    )
  }
  if (!(await confirmChanges(work, changes, { mustAsk }))) return
  await changeEnv(
    work,
    (store) => {
      const { added = [], changed = [], removed = [] } = changes.get(store) ?? {}
      return { set: [...added, ...changed], removed }
    },
    async (store, by) => {
      const file = files.find((it) => it.store === store)
      const its = changes.get(store)
      if (file === undefined || its === undefined) return { outcome: 'unchanged' }
      return store.replace({ text: file.text, expectedHash: file.expectedHash, changes: its }, by)
    },
  )
}
