import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from '../../support/images/command.ts'
import { shopDirectory } from '../../support/images/app-images.ts'

export type ShopOptions = { registryHost: string; tag: string; composeFile?: string; project: string }

/** The sample app, running on this machine's engine from a copy of its directory. */
export type Shop = AsyncDisposable & {
  url: string
  /** Runs `docker compose` on it and returns what it prints. */
  compose(...args: string[]): Promise<string>
}

/**
 * Starts the sample app and waits until it is healthy. Only where its images come from and the port it is published at
 * differ from what is in `examples`.
 */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const { registryHost, tag, project, composeFile = 'docker-compose.yml' } = options
  const directory = await mkdtemp(join(tmpdir(), 'dray-shop-'))
  await cp(shopDirectory, directory, { recursive: true })
  await writeFile(join(directory, '.env'), 'SHOP_START_MS=100\n')
  const file = join(directory, composeFile)
  const text = (await readFile(file, 'utf8'))
    .replaceAll('ghcr.io/', `${registryHost}/`)
    .replace('image: nginx:alpine', `image: ${registryHost}/library/nginx:alpine`)
    .replace('"80:80"', '"127.0.0.1::80"')
    .replace('interval: 10s', 'interval: 1s')
  await writeFile(file, text)
  const compose = (...args: string[]) =>
    command(['env', `IMAGE_TAG=${tag}`, 'docker', 'compose', '-p', project, '-f', file, ...args])
  const shop = {
    compose,
    async [Symbol.asyncDispose]() {
      await compose('down', '--volumes', '--timeout', '1', '--rmi', 'all')
      await rm(directory, { recursive: true, force: true })
    },
  }
  try {
    await compose('up', '--detach', '--wait', '--quiet-pull')
    return { ...shop, url: `http://${(await compose('port', 'nginx', '80')).trim()}` }
  } catch (error) {
    await shop[Symbol.asyncDispose]()
    throw error
  }
}
