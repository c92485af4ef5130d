import type { Cluster } from '../model/cluster.ts'

/** dray names configs and secrets after the stack and their content; a user may have named others after a commit. */
const OURS = /-[0-9a-f]{12}$/

/**
 * Removes the configs and secrets of a stack that dray created and no service uses any more, but for those in `keep`, by name. Returns
 * how many.
 */
export async function removeUnused(
  cluster: Pick<Cluster, 'things' | 'services' | 'removeThing'>,
  stack: string,
  keep: ReadonlySet<string> = new Set(),
): Promise<number> {
  const [configs, secrets, services] = await Promise.all([
    cluster.things('configs'),
    cluster.things('secrets'),
    cluster.services(stack),
  ])
  const used = new Set(services.flatMap(({ uses }) => uses))
  const unused = [
    ...configs.map((it) => ({ ...it, kind: 'configs' as const })),
    ...secrets.map((it) => ({ ...it, kind: 'secrets' as const })),
  ]
    .filter(({ name, stack: of }) => of === stack && name.startsWith(`${stack}_`) && OURS.test(name))
    .filter(({ id, name }) => !used.has(id) && !keep.has(name))
  const removed = await Promise.all(unused.map(({ kind, id }) => cluster.removeThing(kind, id)))
  return removed.filter(Boolean).length
}
