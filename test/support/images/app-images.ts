import { createCipheriv, createHash } from 'node:crypto'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BaseImages } from './base-images.ts'
import { imageCache, projectDirectory } from './cache.ts'
import { variants } from './variants.ts'

/** The sample app, built by its own Dockerfiles. */
export const shopDirectory = join(projectDirectory, 'examples/shop')
/** What the variants are made of. */
export const variantDirectory = join(import.meta.dirname, 'variants')

/** Versions of the sample app that differ in content: each has 8 MiB of its own in every image. */
export const versions = ['v1', 'v2', 'v3'] as const
/** Where `latest` points to begin with. */
export const latestVersion = 'v3'

const fillerBytes = 8 * 1024 * 1024

/** An image to build: its name in the registry, and how `docker buildx bake` makes it. */
export type AppImage = { repository: string; tag: string; target: object }

/** Everything to build, in an order in which no image needs a later one. */
export async function listAppImages(base: BaseImages): Promise<AppImage[]> {
  const contexts = { 'node:22-alpine': `docker-image://${base.node}` }
  const images: AppImage[] = []
  for (const version of versions) {
    const directory = await makeContext(version)
    const build = (context: string, dockerfile: string) => ({
      context: join(directory, context),
      dockerfile: join(directory, dockerfile),
      args: { APP_VERSION: version },
      contexts,
    })
    images.push(
      { repository: 'acme/shop-backend', tag: version, target: build('backend', 'backend/Dockerfile') },
      { repository: 'acme/shop-frontend', tag: version, target: build('frontend', 'frontend/Dockerfile') },
      { repository: 'acme/shop', tag: version, target: build('.', 'production/Dockerfile') },
    )
  }
  return [...images, ...variantImages(), ...databaseImages(contexts)]
}

/** The name of an image's target in the bake definition. */
export function targetName(image: { repository: string; tag: string }): string {
  return `${image.repository}-${image.tag}`.replaceAll(/[^A-Za-z0-9_-]/g, '-')
}

function variantImages(): AppImage[] {
  return variants.flatMap(({ from, name, dockerfile }) =>
    ['acme/shop-backend', 'acme/shop'].map((repository) => {
      const tag = `${from}-${name}`
      const release = `target:${targetName({ repository, tag: from })}`
      const lines = ['FROM release', `ENV APP_VERSION=${tag}`, ...dockerfile]
      const target = {
        context: variantDirectory,
        'dockerfile-inline': lines.join('\n'),
        contexts: { release },
      }
      return { repository, tag, target }
    }),
  )
}

function databaseImages(contexts: Record<string, string>): AppImage[] {
  return ['1', '2'].map((tag) => {
    const lines = [
      'FROM node:22-alpine',
      `ENV DB_VERSION=${tag}`,
      'COPY db.js /usr/local/lib/db/db.mjs',
      'VOLUME /var/lib/db',
      'EXPOSE 5432',
      'CMD ["node", "/usr/local/lib/db/db.mjs"]',
    ]
    const target = { context: variantDirectory, 'dockerfile-inline': lines.join('\n'), contexts }
    return { repository: 'library/db', tag, target }
  })
}

/** A copy of the sample app with the version's own 8 MiB in it, so that its Dockerfiles stay as they are. */
async function makeContext(version: string): Promise<string> {
  const directory = join(imageCache, 'contexts', version)
  await rm(directory, { recursive: true, force: true })
  await cp(shopDirectory, directory, { recursive: true })
  for (const part of ['backend', 'frontend']) {
    await mkdir(join(directory, part, 'assets'))
    await writeFile(join(directory, part, 'assets/photos.bin'), makeFiller(`${part} ${version}`))
  }
  return directory
}

/** Bytes that cannot be compressed and are the same for the same seed. */
function makeFiller(seed: string): Buffer {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(fillerBytes))
}
