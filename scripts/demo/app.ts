import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shopDirectory } from '../../test/support/images/app-images.ts'
import { prepareImages } from '../../test/support/images/prepare.ts'
import { PushRegistry } from '../../test/support/images/push-image.ts'

/** The real tag of the demo's third release: it exits as soon as it starts. */
const brokenTag = 'v2-exits-at-once'
const wantedImages = [
  ...['v1', 'v2', brokenTag].map((tag) => `acme/shop-backend:${tag}`),
  ...['v1', 'v2', 'v3'].map((tag) => `acme/shop-frontend:${tag}`),
  'library/nginx:alpine',
]

/** Builds the app's images at v1, v2 and a broken v3, and pushes them as a team's CI would. */
export async function pushImages(registryHost: string, onProgress: (line: string) => void): Promise<void> {
  await prepareImages({
    registryPushHost: registryHost,
    only: (name) => wantedImages.includes(name),
    onProgress,
  })
  await new PushRegistry(registryHost).moveTag('acme/shop-backend', 'v3', brokenTag)
}

/**
 * Copies the sample app to a directory, as on a team's server. It differs from `examples/shop` only in its registry and its
 * published port.
 */
export async function copyApp(
  directory: string,
  place: { registryHost: string; port: number },
): Promise<void> {
  const { registryHost, port } = place
  await cp(shopDirectory, directory, { recursive: true })
  await edit(join(directory, 'docker-compose.yml'), (text) =>
    text
      .replaceAll('ghcr.io/', `${registryHost}/`)
      .replace('image: nginx:alpine', `image: ${registryHost}/library/nginx:alpine`)
      .replace('"80:80"', `"${port}:80"`),
  )
  await edit(join(directory, 'dray.yml'), (text) =>
    text.replaceAll('ghcr.io/', `${registryHost}/`).replace('http://localhost/', `${urlAt(port)}/`),
  )
  await writeFile(join(directory, '.env'), await readFile(join(directory, '.env.example')), { mode: 0o600 })
}

/** URL of the app, without a trailing slash. */
export function urlAt(port: number): string {
  return port === 80 ? 'http://localhost' : `http://localhost:${port}`
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')))
}
