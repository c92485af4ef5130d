import * as z from 'zod'
import { parseJson } from '../shared/parse-json.ts'

const targetSchema = z.looseObject({
  context: z.string().optional(),
  dockerfile: z.string().optional(),
  tags: z.array(z.string()).optional(),
  labels: z.record(z.string(), z.string().nullable()).optional(),
  platforms: z.array(z.string()).optional(),
  'cache-from': z.array(z.unknown()).optional(),
  'cache-to': z.array(z.unknown()).optional(),
})

const definitionSchema = z.looseObject({
  group: z.looseObject({
    default: z.looseObject({ targets: z.array(z.string()).nullish() }),
  }),
  target: z.record(z.string(), targetSchema),
})

/** One image that Bake builds; other keys are passed on unchanged. */
export type BakeTarget = z.infer<typeof targetSchema>

/** The output of `docker buildx bake --print` and the input of `bake`: https://docs.docker.com/build/bake/reference/ */
export type BakeDefinition = { targets: ReadonlyMap<string, BakeTarget> }

/** Parses the output of Bake. Throws a ZodError if it has another shape. */
export function parseBakeDefinition(text: string): BakeDefinition {
  const { group, target } = definitionSchema.parse(parseJson(text))
  const names = group.default.targets ?? []
  return { targets: new Map(names.flatMap((name) => (target[name] ? [[name, target[name]]] : []))) }
}

/** The definition as JSON text for Bake. */
export function renderBakeDefinition({ targets }: BakeDefinition): string {
  return JSON.stringify({
    group: { default: { targets: [...targets.keys()] } },
    target: Object.fromEntries(targets),
  })
}
