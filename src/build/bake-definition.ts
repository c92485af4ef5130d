import * as z from 'zod'

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

/** One image that Bake builds; the keys that are not named here go through as they are. */
export type BakeTarget = z.infer<typeof targetSchema>

/** What `docker buildx bake --print` prints, and `bake` takes: https://docs.docker.com/build/bake/reference/ */
export type BakeDefinition = { targets: ReadonlyMap<string, BakeTarget> }

/** Reads what Bake printed. Throws what zod throws when it is something else. */
export function parseBakeDefinition(text: string): BakeDefinition {
  const { group, target } = definitionSchema.parse(JSON.parse(text))
  const names = group.default.targets ?? []
  return { targets: new Map(names.flatMap((name) => (target[name] ? [[name, target[name]]] : []))) }
}

/** The text that Bake takes as a file of JSON. */
export function renderBakeDefinition({ targets }: BakeDefinition): string {
  return JSON.stringify({
    group: { default: { targets: [...targets.keys()] } },
    target: Object.fromEntries(targets),
  })
}
