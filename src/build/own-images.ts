import { parse } from 'yaml'
import * as z from 'zod'
import { parseImageReference } from '../deploy/model/image-reference.ts'

const composeSchema = z.looseObject({
  services: z.record(z.string(), z.looseObject({ image: z.string().optional() }).nullish()).nullish(),
})

/**
 * The repositories of compose files' images below one of the prefixes, such as `ghcr.io/acme/`, each once. A variable has
 * the given value, or its default in the file. Throws IMAGE_INVALID, and the errors of `yaml` for invalid YAML.
 */
export function ownRepositories(
  composeTexts: readonly string[],
  { variables, prefixes }: { variables: Readonly<Record<string, string>>; prefixes: readonly string[] },
): string[] {
  const services = composeTexts.flatMap((text) =>
    Object.values(
      composeSchema.safeParse(parse(text, { merge: true, logLevel: 'silent' })).data?.services ?? {},
    ),
  )
  const names = services.flatMap((service) => {
    if (service?.image === undefined) return []
    const { registry, repository } = parseImageReference(fillIn(service.image, variables))
    return [`${registry}/${repository}`]
  })
  return [...new Set(names)].filter((name) => prefixes.some((prefix) => name.startsWith(prefix)))
}

/** `${NAME}`, `${NAME:-default}`, `$NAME`; a variable without a value is empty, as in Compose. */
function fillIn(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{[^}]*\}|\$\w+/g, (place) => {
    const [, name = '', fallback = ''] = /^\$\{?(\w+)(?::?-([^}]*))?/.exec(place) ?? []
    return variables[name] ?? fallback
  })
}
