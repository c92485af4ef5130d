import * as z from 'zod'
import type { StackContent, StackDifference } from '../../deploy/model/cluster.ts'
import { secretObstacle } from '../../shared/stack-obstacles.ts'
import type { RawModel, RawService } from '../compose/raw-model.ts'

const definitionSchema = z.looseObject({
  external: z.boolean().optional(),
  file: z.string().optional(),
  content: z.string().optional(),
  environment: z.string().optional(),
})
const useSchema = z.union([
  z.string(),
  z.looseObject({ source: z.string() }).transform(({ source }) => source),
])

const kinds = ['configs', 'secrets'] as const

/**
 * The secrets, and the configs from a variable, that services use and the swarm does not have yet: their content is on the manager, or
 * in a deploy-time value. Configs that are files of the repository are not among them.
 */
export function listContents(raw: RawModel): StackContent[] {
  return kinds.flatMap((kind) =>
    Object.entries(raw[kind]).flatMap(([key, value]): StackContent[] => {
      const { external, file: printed, environment } = definitionSchema.parse(value ?? {})
      // Compose doubles a dollar sign in its output.
      const file = printed?.replaceAll('$$', '$')
      const services = Object.entries(raw.services)
        .filter(([, service]) => usesOf(service[kind]).includes(key))
        .map(([name]) => name)
      if (external === true || services.length === 0) return []
      if (environment !== undefined) return [{ kind, key, environment, services }]
      return kind === 'secrets' && file !== undefined ? [{ kind, key, file, services }] : []
    }),
  )
}

/** Secrets and configs of a service whose content dray cannot give to the swarm. */
export function reviewContents(name: string, service: RawService, raw: RawModel): StackDifference[] {
  const definitionsOf = (kind: (typeof kinds)[number]) =>
    usesOf(service[kind]).map((source) => ({ source, ...definitionSchema.parse(raw[kind][source] ?? {}) }))
  const refuse = (key: string, text: string): StackDifference => ({ service: name, key, text })
  return [
    ...definitionsOf('secrets').flatMap(({ source, ...definition }) => {
      const text = secretObstacle(source, definition)
      return text === undefined ? [] : [refuse('secrets', text)]
    }),
    ...definitionsOf('configs')
      .filter(({ external, content, environment, file }) => {
        const isKnown = external === true || content !== undefined || environment !== undefined
        return !isKnown && file?.startsWith('./') !== true
      })
      .map(({ source }) =>
        refuse(
          'configs',
          `config ${source} is neither a file beside the compose file nor \`content\` or \`environment\`; make it one of them`,
        ),
      ),
  ]
}

function usesOf(used: unknown): string[] {
  return z.array(useSchema).safeParse(used).data ?? []
}
