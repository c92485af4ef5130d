import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import getPort from 'get-port'
import { projectDirectory } from '../../support/images/cache.ts'

const program = join(projectDirectory, '.cache/net-tools/root/usr/bin/docker-registry')

/** A registry on this machine's loopback, where Docker takes plain HTTP; gone with what it held when disposed of. */
export type LocalRegistry = AsyncDisposable & { host: string }

/** Starts a registry on a free port. Throws when the set-up has not put its program in place. */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  if (!existsSync(program))
    throw new Error('There is no docker-registry: run `node scripts/setup.mjs network`.')
  const directory = await mkdtemp(join(tmpdir(), 'dray-registry-'))
  const host = `127.0.0.1:${await getPort({ host: '127.0.0.1' })}`
  const configuration = join(directory, 'config.yml')
  await writeFile(
    configuration,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${directory}\nhttp:\n  addr: ${host}\n`,
  )
  const child = spawn(program, ['serve', configuration], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('listening on')) break
  }
  child.stderr.resume()
  return {
    host,
    async [Symbol.asyncDispose]() {
      child.kill()
      await exited
      await rm(directory, { recursive: true, force: true })
    },
  }
}
