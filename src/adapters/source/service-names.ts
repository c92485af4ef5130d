import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { composeReferences } from './compose-references.ts'

const servicesSchema = z.looseObject({ services: z.record(z.string(), z.unknown()) })

/** Names of the services in the compose files and the files they include. Throws as `composeReferences` does. */
export async function readServiceNames(
  directory: string,
  composeFiles: readonly string[],
): Promise<string[]> {
  const files = (await composeReferences(directory, composeFiles)).filter((name) => /\.ya?ml$/.test(name))
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))
  const names = texts.flatMap((text) => {
    const read = servicesSchema.safeParse(parse(text, { merge: true, logLevel: 'silent' }))
    return Object.keys(read.data?.services ?? {})
  })
  return [...new Set(names)].sort()
}
