import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './images/command.ts'
import { projectDirectory } from './images/cache.ts'

/** SHA-512 of the packages of npm that hold Node, for the version in packaging/node-version. */
const packages: Readonly<Record<string, string>> = {
  'linux-x64':
    'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  'linux-arm64':
    'sha512-IZx0J52/1NDwAsY2iyWR9nlPIYuYviTWetjj8+ElvYQh2+XRhLfCfkbFEF/2O5vGI2hcUbyPNHV+nz342FbJXw==',
}

/** `linux-x64`: the platform of this machine. */
export const ownTarget = `${process.platform}-${process.arch}`

/**
 * Node of the version that executables are made of, for this machine; kept in .cache. It is a package of npm that stands for
 * nodejs.org, from which a release takes it.
 * @throws if the package cannot be fetched, or is another one
 */
export async function fetchNode(): Promise<string> {
  const version = readFileSync(join(projectDirectory, 'packaging/node-version'), 'utf8').trim()
  if (process.version === `v${version}`) return process.execPath
  const cache = join(projectDirectory, '.cache/node')
  const directory = join(cache, `${version}-${ownTarget}`)
  const node = join(directory, 'bin/node')
  if (existsSync(node)) return node
  mkdirSync(cache, { recursive: true })
  const fresh = await mkdtemp(join(cache, '.fetch-'))
  try {
    const name = `node-${ownTarget}@${version}`
    const file = (await command(['npm', 'pack', '--silent', '--pack-destination', fresh, name])).trim()
    const hash = createHash('sha512').update(await readFile(join(fresh, file)))
    if (`sha512-${hash.digest('base64')}` !== packages[ownTarget])
      throw new Error(`${name} is another package than the one that was tried.`)
    await command(['tar', '-xzf', join(fresh, file), '-C', fresh])
    rmSync(directory, { recursive: true, force: true })
    renameSync(join(fresh, 'package'), directory)
  } finally {
    await rm(fresh, { recursive: true })
  }
  return node
}
