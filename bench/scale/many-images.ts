import { createHash } from 'node:crypto'
import { tarOf } from '../../src/adapters/directory/tar.ts'
import type { BenchNetwork } from '../bench-network.ts'

/** Of each image, as Docker lists it: all of them have the layer, the disk has it once. */
const sharedLayerBytes = 20_000_000

/** Gives the server so many images of other people: a layer that all share, one of its own, and a tag each. */
export async function loadManyImages({ server }: BenchNetwork, count: number): Promise<void> {
  const shared = {
    path: 'shared.tar',
    content: await tarOf([{ path: 'zeros', content: '\0'.repeat(sharedLayerBytes) }]),
  }
  const images = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const own = { path: `${index}.tar`, content: await tarOf([{ path: 'own', content: String(index) }]) }
      const config = {
        architecture: 'amd64',
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: [digestOf(shared.content), digestOf(own.content)] },
      }
      return { tag: `example.com/other/app-${index % 10}:${index}`, own, config }
    }),
  )
  const manifest = images.map(({ tag, own }, index) => ({
    Config: `${index}.json`,
    RepoTags: [tag],
    Layers: [shared.path, own.path],
  }))
  const archive = await tarOf([
    shared,
    ...images.map(({ own }) => own),
    ...images.map(({ config }, index) => ({ path: `${index}.json`, content: JSON.stringify(config) })),
    { path: 'manifest.json', content: JSON.stringify(manifest) },
  ])
  // All of it is plain text and zeros, so it passes as a string.
  const input = Buffer.from(archive).toString('latin1')
  const { exitCode, stderr } = await server.run(['docker', 'load', '--quiet'], { input, timeoutMs: 600_000 })
  if (exitCode !== 0) throw new Error(`The images were not loaded: ${stderr}`)
}

function digestOf(layer: Uint8Array): string {
  return `sha256:${createHash('sha256').update(layer).digest('hex')}`
}
