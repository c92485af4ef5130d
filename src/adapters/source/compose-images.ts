import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { composeReferences } from './compose-references.ts'

const servicesSchema = z.looseObject({
  services: z.record(z.string(), z.looseObject({ image: z.string().optional() }).nullable()),
})

/** `findComposeImages` in the app's compose files. Throws as `composeReferences` does. */
export async function readComposeImages(
  directory: string,
  composeFiles: readonly string[],
  values: Readonly<Record<string, string>>,
): Promise<string[]> {
  const files = (await composeReferences(directory, composeFiles)).filter((name) => /\.ya?ml$/.test(name))
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))
  return findComposeImages(texts, values)
}

/** Images in compose files, with `values` and the files' defaults filled in; a variable without a value is empty. */
export function findComposeImages(
  texts: readonly string[],
  values: Readonly<Record<string, string>>,
): string[] {
  return texts.flatMap((text) => {
    const read = servicesSchema.safeParse(parse(text, { merge: true, logLevel: 'silent' }))
    return Object.values(read.data?.services ?? {}).flatMap((service) =>
      service?.image === undefined ? [] : [fillIn(service.image, values)],
    )
  })
}

function fillIn(image: string, values: Readonly<Record<string, string>>): string {
  let filled = ''
  let end = 0
  for (const match of image.matchAll(/\$\{(\w+)(?::?[-?+]([^}]*))?\}|\$(\w+)/g)) {
    const [whole, braced, fallback = '', plain = ''] = match
    filled += image.slice(end, match.index) + (values[braced ?? plain] ?? fallback)
    end = match.index + whole.length
  }
  return filled + image.slice(end)
}
