import type { TestServer } from './net/server.ts'

/** What an app, and Docker for its sake, have on a server. */
export type Grown = {
  releases: number
  images: number
  backendImages: number
  containers: number
  networks: number
  volumes: number
  /** Docker's data root without the logs of containers. */
  dockerBytes: number
  /** The app's directory. */
  appBytes: number
}

const script = `
ls "$0/.dray/releases" 2>/dev/null | wc -l
docker images -aq --no-trunc | sort -u | wc -l
docker images -aq --no-trunc ghcr.io/acme/shop-backend | sort -u | wc -l
docker ps -aq | wc -l
docker network ls -q | wc -l
docker volume ls -q | wc -l
du -sbx --exclude='*-json.log' /var/lib/docker | cut -f1
du -sbx "$0" | cut -f1`

export async function measureGrowth({ server, path }: { server: TestServer; path: string }): Promise<Grown> {
  const { stdout } = await server.run(['sh', '-c', script, path])
  const [releases, images, backendImages, containers, networks, volumes, dockerBytes, appBytes] = stdout
    .trim()
    .split('\n')
    .map(Number)
  const known = { releases, images, backendImages, containers, networks, volumes, dockerBytes, appBytes }
  return Object.fromEntries(Object.entries(known).map(([name, value]) => [name, value ?? NaN])) as Grown
}
