import { mapNonEmpty } from '../../../../shared/non-empty.ts'
import type { EnvWork } from './change-env.ts'
import { replaceEnv, type NewEnv } from './replace-env.ts'

/** Puts a copy of an old file back on every host: the named one, or the newest. Throws ENV_COPY_UNKNOWN and what replaceEnv throws. */
export async function restoreEnv(work: EnvWork, copy: string | undefined): Promise<void> {
  const files = await Promise.all(
    mapNonEmpty(work.stores, async (store): Promise<NewEnv> => {
      const [{ text: before, hash: expectedHash }, { name, text }] = await Promise.all([
        store.read(),
        store.readCopy(copy),
      ])
      work.output.note(`Restoring ${name} on ${store.host}`)
      return { store, text, before, expectedHash }
    }),
  )
  // The newest copy is another one after a write.
  await replaceEnv(work, files, { mustAsk: true, isRepeatable: copy !== undefined })
}
