import { createReadStream } from 'node:fs'
import path from 'node:path'
import { readAtMost } from '../../../../adapters/terminal/standard-input.ts'
import { assertDotenv } from '../../../../operations/env/assert-dotenv.ts'
import { parseDotenv } from '../../../../operations/env/parse-dotenv.ts'
import { mergeDotenv, readImport } from '../../../../operations/env/read-import.ts'
import { DrayError } from '../../../../errors/dray-error.ts'
import { mapNonEmpty } from '../../../../shared/non-empty.ts'
import { Secret } from '../../../../shared/secrets/secret.ts'
import type { EnvWork } from './change-env.ts'
import type { EnvAction } from './env-action.ts'
import { replaceEnv, type NewEnv } from './replace-env.ts'

type ImportRequest = Extract<EnvAction, { kind: 'import' }>

/**
 * Replaces the variables on every host by those of a file or of standard input. Throws USAGE for a file that cannot be read or
 * is too long, for empty values, and what readImport and replaceEnv throw.
 */
export async function importEnv(work: EnvWork, { file, merges, mayBeEmpty }: ImportRequest): Promise<void> {
  const imported = readImport(await readInput(file, work))
  const files = await Promise.all(
    mapNonEmpty(work.stores, async (store): Promise<NewEnv> => {
      const { text: before, hash: expectedHash } = await store.read()
      const text = merges ? new Secret(mergeDotenv(before.reveal(), imported.reveal())) : imported
      assertDotenv(text)
      if (!mayBeEmpty) refuseEmpty(before, text)
      return { store, text, before, expectedHash }
    }),
  )
  await replaceEnv(work, files, { mustAsk: true, isRepeatable: true })
}

/** Far above any `.env`. */
const INPUT_BYTES = 1024 ** 2

async function readInput(file: string | undefined, { context }: EnvWork): Promise<Secret> {
  const { stdin, signal, cwd } = context
  const bytes = await (file === undefined
    ? stdin.readAll({ maxBytes: INPUT_BYTES, signal })
    : readAtMost(createReadStream(path.resolve(cwd, file)), INPUT_BYTES).catch((error: unknown) => {
        throw new DrayError(
          'USAGE',
          `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? ''}).`,
          {
            hint: 'Name a file with NAME=value lines or a JSON object, or `-` for standard input.',
            cause: error,
          },
        )
      }))
  const what = file ?? 'standard input'
  if (bytes === undefined) {
    throw new DrayError('USAGE', `The input (${what}) is longer than 1 MiB. Nothing was written.`, {
      hint: 'Put large values into files on the server, and mount them.',
    })
  }
  try {
    return new Secret(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new DrayError('USAGE', `The input (${what}) is not UTF-8 text. Nothing was written.`, {
      hint: 'Save it as UTF-8. In PowerShell: `Out-File -Encoding utf8NoBOM`.',
      cause: error,
    })
  }
}

/** An empty value is usually a secret that was not set. Those that are empty already may stay so. */
function refuseEmpty(before: Secret, text: Secret): void {
  const emptyIn = (its: Secret): string[] =>
    parseDotenv(its.reveal())
      .variables.filter(({ isEmpty }) => isEmpty)
      .map(({ name }) => name)
  const already = emptyIn(before)
  const names = emptyIn(text).filter((name) => !already.includes(name))
  if (names.length === 0) return
  throw new DrayError('USAGE', `The value for ${names.join(', ')} is empty. Nothing was written.`, {
    hint: 'To set empty values, add `--empty`.',
  })
}
