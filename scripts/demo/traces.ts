import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { imageCache } from '../../test/support/images/cache.ts'
import { command } from '../../test/support/images/command.ts'
import type { DemoRegistry } from './registry.ts'
import { stopRegistry } from './registry.ts'

/** Things that a demo created on this machine. They are recorded before they are created, so that they can be removed. */
export type Traces = {
  /** Process id of the demo. */
  process: number
  /** The name of its Compose project, and of its directory. */
  project: string
  directory: string
  registryDirectory: string
  registry?: DemoRegistry
  /** The demo has ended and was run with `--keep`. */
  ended?: boolean
}

const file = join(dirname(imageCache), 'demo.json')

/** Records the things that exist or are about to be created. */
export async function noteTraces(traces: Traces): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify(traces, undefined, 2))
}

/** Reads the record of an earlier demo in this clone; undefined without one. */
export async function readTraces(): Promise<Traces | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Traces
  } catch {
    return undefined
  }
}

/** Removes everything: containers, networks, volumes, images, registry and directories. May be called again. */
export async function removeTraces({
  project,
  directory,
  registry,
  registryDirectory,
}: Traces): Promise<void> {
  const ofProject = ['--filter', `label=com.docker.compose.project=${project}`]
  await removeAll(['ps', '--all', '--quiet', ...ofProject], ['rm', '--force', '--volumes'])
  await removeAll(['network', 'ls', '--quiet', ...ofProject], ['network', 'rm'])
  await removeAll(['volume', 'ls', '--quiet', ...ofProject], ['volume', 'rm', '--force'])
  if (registry !== undefined) {
    await removeImages(registry.host)
    await stopRegistry(registry)
  }
  await rm(directory, { recursive: true, force: true })
  await rm(registryDirectory, { recursive: true, force: true })
  await rm(file, { force: true })
}

async function removeAll(list: readonly string[], remove: readonly string[]): Promise<void> {
  const ids = new Set((await command(['docker', ...list])).split('\n').filter((id) => id !== ''))
  if (ids.size > 0) await command(['docker', ...remove, ...ids])
}

/** Removes by name, so that an image keeps its other names. */
async function removeImages(registryHost: string): Promise<void> {
  const format = '{{.Repository}} {{.Tag}} {{.Digest}}'
  const listed = await command(['docker', 'image', 'ls', '--all', '--digests', '--format', format])
  const names = listed.split('\n').flatMap((line) => {
    const [repository = '', tag = '', digest = ''] = line.split(' ')
    if (!repository.startsWith(`${registryHost}/`)) return []
    return [
      ...(tag === '<none>' ? [] : [`${repository}:${tag}`]),
      ...(digest.startsWith('sha256:') ? [`${repository}@${digest}`] : []),
    ]
  })
  for (const name of new Set(names)) {
    // Removing the last tag of a repository also removes its digests.
    await command(['docker', 'image', 'rm', name]).catch((error: unknown) => {
      if (!String(error).includes('No such image')) throw error
    })
  }
}
