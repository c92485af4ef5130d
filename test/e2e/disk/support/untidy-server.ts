import type { DiskThing } from '../../../../src/deploy/model/disk/disk-thing.ts'
import type { TestServer } from '../../../support/net/server.ts'

/**
 * Leaves behind what a server collects: an unused image, one that lost its name, build cache, volumes with data, a stopped
 * database. The Engine is started again, so that it remembers no pull and takes the images for old.
 */
export async function makeUntidy(server: TestServer): Promise<void> {
  const { exitCode, stderr } = await server.run(['sh', '-ec', script])
  if (exitCode !== 0) throw new Error(stderr)
  await server.stopEngine()
  await server.startEngine()
}

const script = `
docker pull -q tool:unused
docker pull -q nginx:alpine
printf 'FROM nginx:alpine\\nRUN head -c 3000000 /dev/urandom >/made\\n' |
  DOCKER_BUILDKIT=1 docker build -q --no-cache - | xargs docker image rm
keep() { docker run "$@" nginx:alpine sh -c 'echo precious >/data/content'; }
keep --rm -v orders:/data
keep --name old-db -v invoices:/data
keep --name left -v /data
docker rm left
`

/** Names of what went or would go, and why the rest stays, by name; the digits of keep tags are left out. */
export function cleanedThings(stdout: string): { removed: string[]; retained: Record<string, string> } {
  const line = stdout.split('\n').find((it) => it.startsWith('{')) ?? '{}'
  const { removed, retained } = JSON.parse(line) as { removed: DiskThing[]; retained: DiskThing[] }
  return {
    removed: removed.map(({ name }) => name).sort(),
    retained: Object.fromEntries(
      retained.map(({ name, reason }) => [name.replace(/(:dray-\w+)-[0-9a-f]{12}$/, '$1'), reason]),
    ),
  }
}
