import type { AppModel } from '../../model/app-model.ts'
import type { Engine } from '../../model/ports.ts'
import type { Surroundings } from '../../model/surroundings.ts'

/** Reads what a deploy can collide with on a host, or lack there. Throws DOCKER_FAILED. */
export async function observeSurroundings(
  { project, services, externals = [] }: Pick<AppModel, 'project' | 'services' | 'externals'>,
  engine: Pick<Engine, 'others' | 'networks' | 'capacity' | 'exists'>,
): Promise<Surroundings> {
  const isLimited = services.some(({ needs }) => needs?.cpus !== undefined || needs?.runtime !== undefined)
  const [others, networks, capacity, missing] = await Promise.all([
    engine.others(project),
    engine.networks(),
    isLimited ? engine.capacity() : undefined,
    Promise.all(
      externals.map(async (external) => {
        const { kind, name } = external
        // Compose has these only in Swarm, and refuses them otherwise.
        if (kind === 'secret' || kind === 'config') return [external]
        return (await engine.exists(kind, name)) ? [] : [external]
      }),
    ),
  ])
  return { others, networks, ...(capacity && { capacity }), missing: missing.flat() }
}
