import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchNode } from '../fetch-node.ts'
import { ensureBareRoot } from '../net/bare-root.ts'
import { command } from './command.ts'

/**
 * Makes an image that stands for `node:24-trixie-slim` of Docker Hub, in this machine's Engine: a freshly installed Debian
 * with Node. It is larger than the real one, since it has sshd and apt's lists.
 */
export async function makeDebianNode(name: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'dray-debian-node-'))
  try {
    await copyFile(await fetchNode(), join(context, 'node'))
    const bare = await ensureBareRoot()
    await writeFile(
      join(context, 'Dockerfile'),
      'FROM scratch\nCOPY --from=bare / /\nCOPY --chmod=755 node /usr/local/bin/node\n',
    )
    await command(['docker', 'buildx', 'build', '-q', '--build-context', `bare=${bare}`, '-t', name, context])
  } finally {
    await rm(context, { recursive: true })
  }
}
