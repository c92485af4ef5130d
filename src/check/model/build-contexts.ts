import type { Repository } from '../repository.ts'
import type { SourceFile } from '../source-file.ts'
import { buildOf } from './compose.ts'

/** The build contexts that compose files and workflows name for a Dockerfile, from the root; empty if none does. */
export function namedContexts(file: SourceFile, { apps, pushes }: Repository): string[] {
  const named = [
    ...apps.flatMap(({ services }) => services.flatMap((service) => buildOf(service) ?? [])),
    ...pushes.flatMap(({ context, dockerfile }) =>
      context === undefined || dockerfile === undefined ? [] : [{ context, dockerfile }],
    ),
  ].filter(({ dockerfile }) => dockerfile === file.path)
  return [...new Set(named.map(({ context }) => context))]
}
