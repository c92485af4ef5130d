import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import type { RawModel } from './raw-model.ts'

const useSchema = z.looseObject({ source: z.string() })
const contentSchema = z.looseObject({ environment: z.string() })

/**
 * The definitions of the secrets or configs that a service uses. If the content is that of a variable, Compose shows the name
 * alone: its hash is added. Throws COMPOSE_INVALID if the variable has no value.
 */
export function usedDefinitions(
  kind: 'configs' | 'secrets',
  used: unknown,
  { raw, contentHashes }: { raw: RawModel; contentHashes?: ReadonlyMap<string, string> | undefined },
): unknown[] {
  return (Array.isArray(used) ? used : []).map((it: unknown) => {
    const source = typeof it === 'string' ? it : (useSchema.safeParse(it).data?.source ?? '')
    const definition = raw[kind][source]
    const variable = contentSchema.safeParse(definition).data?.environment
    if (variable === undefined || contentHashes === undefined) return definition
    const content = contentHashes.get(variable)
    if (content !== undefined) return { definition, content }
    throw new DrayError(
      'COMPOSE_INVALID',
      `${variable}, the content of ${source} under \`${kind}\`, is not set in \`.env\`.`,
      { hint: `Set it: \`dray env ENVIRONMENT set ${variable}\`.` },
    )
  })
}
