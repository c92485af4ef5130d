import { ensureBaseImages } from '../../../support/images/base-images.ts'
import { command } from '../../../support/images/command.ts'
import type { TestRegistry } from '../../../support/net/registry.ts'

/** What the Dockerfiles build on, at the mirror of Docker Hub. */
export async function pushNode({ pushHost }: TestRegistry): Promise<void> {
  const { node } = await ensureBaseImages()
  const name = `${pushHost}/library/node:22-alpine`
  await command(['docker', 'tag', node, name])
  await command(['docker', 'push', '--quiet', name])
  await command(['docker', 'rmi', name])
}
