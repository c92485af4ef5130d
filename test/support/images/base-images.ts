import { lockImageCache } from './cache-lock.ts'
import { command } from './command.ts'
import { buildStandIns, standInHash } from './stand-ins.ts'

/** Names, in this machine's engine, of the images that the sample app builds on. */
export type BaseImages = {
  /** What `FROM node:22-alpine` means. */
  node: string
  /** What `image: nginx:alpine` means. */
  nginx: string
  /** nginx 1.22, for what older ones do differently. */
  oldNginx: string
}

const real: BaseImages = { node: 'node:22-alpine', nginx: 'nginx:alpine', oldNginx: 'nginx:1.22-alpine' }
const standIns: BaseImages = {
  node: 'dray-base/node:22-alpine',
  nginx: 'dray-base/nginx:alpine',
  oldNginx: 'dray-base/nginx:1.22',
}
const pullTimeoutMs = 120_000

export type BaseImageOptions = { onProgress?: ((line: string) => void) | undefined }

/**
 * Sees to it that the base images are in this machine's engine: the real ones if they are there or can be pulled, else
 * stand-ins made of Debian packages under names of their own. Takes a tenth of a second once they are there.
 * Throws when neither works.
 */
export async function ensureBaseImages({ onProgress }: BaseImageOptions = {}): Promise<BaseImages> {
  const there = await findBaseImages()
  if (there) return there
  await using _lock = await lockImageCache()
  return (await findBaseImages()) ?? (await getBaseImages(onProgress))
}

async function findBaseImages(): Promise<BaseImages | undefined> {
  if (await haveStandIns()) return standIns
  return (await haveImages(real)) ? real : undefined
}

async function getBaseImages(onProgress: BaseImageOptions['onProgress']): Promise<BaseImages> {
  onProgress?.('pulling the base images node:22-alpine and nginx:alpine')
  if (await pullReal()) return real
  onProgress?.('Docker Hub does not answer: making base images out of Debian packages')
  await buildStandIns(standIns)
  return standIns
}

async function haveStandIns(): Promise<boolean> {
  const label = '{{index .Config.Labels "dray.stand-in"}}'
  const labels = await inspect(Object.values(standIns), label)
  return labels.length === 3 && labels.every((value) => value === standInHash())
}

async function haveImages(images: BaseImages): Promise<boolean> {
  return (await inspect(Object.values(images), '{{.Id}}')).length === 3
}

async function inspect(names: readonly string[], format: string): Promise<string[]> {
  try {
    const printed = await command(['docker', 'image', 'inspect', '--format', format, ...names])
    return printed.trim().split('\n')
  } catch {
    return []
  }
}

async function pullReal(): Promise<boolean> {
  try {
    for (const name of Object.values(real)) {
      await command(['docker', 'pull', '--quiet', name], { timeoutMs: pullTimeoutMs })
    }
    return true
  } catch {
    return false
  }
}
