import type { AppModel } from '../../model/app-model.ts'
import type { Engine } from '../../model/ports.ts'
import type { Surroundings } from '../../model/surroundings.ts'

/** Reads what a deploy can collide with on a host, or lack there. Throws DOCKER_FAILED. */
export async function observeSurroundings(
  { project, externals = [] }: Pick<AppModel, 'project' | 'externals'>,
  engine: Pick<Engine, 'others' | 'exists'>,
): Promise<Surroundings> {
  const [others, missing] = await Promise.all([
    engine.others(project),
    Promise.all(
      externals.map(async (external) => {
        const { kind, name } = external
        // Compose has these only in Swarm, and refuses them otherwise.
        if (kind === 'secret' || kind === 'config') return [external]
        return (await engine.exists(kind, name)) ? [] : [external]
      }),
    ),
  ])
  return { others, missing: missing.flat() }
}
