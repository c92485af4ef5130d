import { ensureBaseImages } from '../../../support/images/base-images.ts'
import { command } from '../../../support/images/command.ts'
import type { TestRegistry } from '../../../support/net/registry.ts'
import type { TestServer } from '../../../support/net/server.ts'

/** What the Dockerfiles build on, at the mirror of Docker Hub. */
export async function pushNode({ pushHost }: TestRegistry): Promise<void> {
  const { node } = await ensureBaseImages()
  const name = `${pushHost}/library/node:22-alpine`
  await command(['docker', 'tag', node, name])
  await command(['docker', 'push', '--quiet', name])
  await command(['docker', 'rmi', name])
}

/** A builder that keeps caches elsewhere, as setup-buildx makes one: the Engine's own can once containerd keeps its images. */
export async function changeStore(runner: TestServer, isContainerd: boolean): Promise<void> {
  const path = '/etc/docker/daemon.json'
  const config = JSON.parse((await runner.run(['cat', path])).stdout) as object
  const features = { 'containerd-snapshotter': isContainerd }
  await runner.writeFile(path, JSON.stringify({ ...config, features }))
  await runner.stopEngine()
  await runner.startEngine()
}
