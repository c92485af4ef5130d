import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import getPort from 'get-port'
import { projectDirectory } from '../../test/support/images/cache.ts'
import { command } from '../../test/support/images/command.ts'

/** A registry on this machine's loopback address, where Docker uses plain HTTP. */
export type DemoRegistry = {
  host: string
  /** Name of the program or image, for the output. */
  description: string
  process?: number
  container?: string
}

const cache = join(projectDirectory, '.cache')
const containerImage = 'registry:2'
const readyWithinMs = 15_000

/**
 * Starts a registry that continues to run after this process: Debian's `docker-registry` if it is installed or can be
 * downloaded, otherwise a container. It writes only to `directory`. Throws an error with a remedy if neither works.
 */
export async function startRegistry(directory: string): Promise<DemoRegistry> {
  const port = await getPort({ host: '127.0.0.1' })
  const program = await findProgram()
  const registry =
    program === undefined
      ? await startContainer(directory, port)
      : await startProgram(program, directory, port)
  try {
    await untilReady(registry)
  } catch (error) {
    await stopRegistry(registry)
    throw error
  }
  return registry
}

/** Stops a registry that `startRegistry` started, if it is still running. */
export async function stopRegistry({ process: id, container }: DemoRegistry): Promise<void> {
  if (container !== undefined) await command(['docker', 'rm', '--force', '--volumes', container])
  // The process id may have been reused.
  if (id !== undefined && commandLine(id).includes('registry')) process.kill(id, 'SIGTERM')
}

async function findProgram(): Promise<string | undefined> {
  const unpacked = ['net-tools', 'demo-tools'].map((name) =>
    join(cache, name, 'root/usr/bin/docker-registry'),
  )
  const installed = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, 'docker-registry'))
  const known = [...unpacked, ...installed].find((path) => existsSync(path))
  if (known !== undefined) return known
  await fetchProgram().catch(() => {})
  return unpacked.find((path) => existsSync(path))
}

/**
 * Downloads the package from the machine's mirror and unpacks it without installing it. The unpacked directory gets its name
 * when it is complete: on a slow line the time limit ends the wait, and not the program that unpacks.
 */
async function fetchProgram(): Promise<void> {
  const release = await readFile('/etc/os-release', 'utf8')
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1]
  if (codename === undefined) return
  const script = join(projectDirectory, 'scripts/engine/fetch-debs.mjs')
  const target = join(cache, 'demo-tools/root')
  const fresh = `${target}-${process.pid}`
  await command([process.execPath, script, codename, 'docker-registry', '--unpack', fresh], {
    timeoutMs: 300_000,
  })
  await rm(target, { recursive: true, force: true })
  await rename(fresh, target)
}

async function startProgram(program: string, directory: string, port: number): Promise<DemoRegistry> {
  await mkdir(directory, { recursive: true })
  const host = `127.0.0.1:${port}`
  const configuration = join(directory, 'config.yml')
  const storage = join(directory, 'data')
  await writeFile(
    configuration,
    `version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: ${storage}\nhttp:\n  addr: ${host}\n`,
  )
  const log = openSync(join(directory, 'registry.log'), 'a')
  const child = spawn(program, ['serve', configuration], { stdio: ['ignore', log, log], detached: true })
  child.on('error', () => {})
  child.unref()
  return {
    host,
    description: "Debian's docker-registry",
    ...(child.pid === undefined ? {} : { process: child.pid }),
  }
}

async function startContainer(directory: string, port: number): Promise<DemoRegistry> {
  const host = `127.0.0.1:${port}`
  const container = basename(directory)
  try {
    await command([
      'docker',
      'run',
      '--detach',
      '--quiet',
      '--name',
      container,
      '--publish',
      `${host}:5000`,
      containerImage,
    ])
  } catch (error) {
    throw new Error(
      `The demo needs a registry: neither Debian's docker-registry nor the image ${containerImage} is available. ` +
        `Run \`docker pull ${containerImage}\` with internet access, or install the package docker-registry.`,
      { cause: error },
    )
  }
  return { host, description: `a container of ${containerImage}`, container }
}

async function untilReady({ host }: DemoRegistry): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  for (;;) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > deadline) throw new Error(`The registry at ${host} does not answer.`)
    await delay(50)
  }
}

function commandLine(id: number): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
