import { copyFile, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { command } from './command.ts'
import { projectDirectory } from './cache.ts'

export type RootFileSystem = {
  /** Where to make it; emptied first. */
  directory: string
  /** Debian suite that the packages come from. */
  suite: string
  /** Every package needed, libraries included. */
  packages: readonly string[]
  /** Programs to take from the packages, such as `usr/sbin/nginx`, with the libraries they load. */
  programs: readonly string[]
  /** Lines added to /etc/passwd and /etc/group besides root's. */
  users: readonly { name: string; id: number; home: string }[]
}

/**
 * Makes a small root file system out of a Debian suite's packages: the programs asked for, their libraries, and busybox
 * for everything else. Returns the directory with the unpacked packages, for files that are wanted besides.
 */
export async function makeRootFileSystem(wanted: RootFileSystem): Promise<{ packages: string }> {
  const { directory } = wanted
  const packages = `${directory}.packages`
  await rm(directory, { recursive: true, force: true })
  await rm(packages, { recursive: true, force: true })
  await unpackPackages(wanted, packages)
  await makeDirectories(directory)
  for (const program of wanted.programs) await takeProgram({ packages, program, directory })
  await takeBusybox(packages, directory)
  await writeUsers(wanted)
  return { packages }
}

/** Copies shared libraries into a root file system, keeping the name they are loaded by. */
export async function takeLibraries(paths: readonly string[], directory: string): Promise<void> {
  const [triplet] = await readdir(join(directory, 'usr/lib'))
  for (const path of paths) {
    const target = basename(path).startsWith('ld-linux') ? 'usr/lib64' : join('usr/lib', triplet ?? '')
    await copyFile(path, join(directory, target, basename(path)))
  }
}

/** The paths in what `ldd` prints, which the dynamic linker's `--list` prints as well. */
export function parseLibraries(listing: string): string[] {
  return listing.split('\n').flatMap((line) => line.match(/(\/\S+) \(0x/)?.[1] ?? [])
}

async function unpackPackages(wanted: RootFileSystem, packages: string): Promise<void> {
  const fetchDebs = join(projectDirectory, 'scripts/engine/fetch-debs.mjs')
  await command(['node', fetchDebs, wanted.suite, ...wanted.packages, '--unpack', packages])
}

/** Debian's own layout: everything under /usr, the old names as links. */
async function makeDirectories(directory: string): Promise<void> {
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  const needed = ['usr/bin', 'usr/sbin', 'usr/lib64', `usr/lib/${triplet}`, 'etc', 'run', 'var/log', 'root']
  for (const path of needed) await mkdir(join(directory, path), { recursive: true })
  await mkdir(join(directory, 'tmp'))
  await command(['chmod', '1777', join(directory, 'tmp')])
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(directory, name))
  await symlink('/run', join(directory, 'var/run'))
}

type Taken = { packages: string; program: string; directory: string }

async function takeProgram({ packages, program, directory }: Taken): Promise<void> {
  const [linker] = await findLinkers(packages)
  if (linker === undefined) throw new Error(`No dynamic linker among the packages in ${packages}`)
  const [triplet = ''] = await readdir(join(directory, 'usr/lib'))
  const search = ['usr/lib', 'lib'].map((parent) => join(packages, parent, triplet)).join(':')
  const source = join(packages, program)
  const libraries = parseLibraries(await command([linker, '--library-path', search, '--list', source]))
  const strangers = libraries.filter((path) => !path.startsWith(packages))
  // Found on this machine only: the image would not start elsewhere.
  if (strangers.length > 0) throw new Error(`${program} needs packages with ${strangers.join(', ')}`)
  await takeLibraries([...libraries, linker], directory)
  await cp(source, join(directory, program), { dereference: true })
}

async function findLinkers(packages: string): Promise<string[]> {
  const found = await command(['find', packages, '-name', 'ld-linux*', '-path', '*lib*'])
  return found.trim().split('\n').sort()
}

async function takeBusybox(packages: string, directory: string): Promise<void> {
  const [busybox] = (await command(['find', packages, '-name', 'busybox', '-path', '*bin/busybox'])).split(
    '\n',
  )
  if (!busybox) throw new Error(`busybox-static is not among the packages in ${packages}`)
  await copyFile(busybox, join(directory, 'usr/bin/busybox'))
  const applets = (await command([busybox, '--list'])).trim().split('\n')
  const there = new Set(await readdir(join(directory, 'usr/bin')))
  for (const applet of applets) {
    if (!there.has(applet)) await symlink('busybox', join(directory, 'usr/bin', applet))
  }
}

async function writeUsers({ directory, users }: RootFileSystem): Promise<void> {
  const all = [{ name: 'root', id: 0, home: '/root' }, ...users]
  const passwd = all.map(({ name, id, home }) => `${name}:x:${id}:${id}:${name}:${home}:/bin/sh\n`)
  await writeFile(join(directory, 'etc/passwd'), passwd.join(''))
  await writeFile(join(directory, 'etc/group'), all.map(({ name, id }) => `${name}:x:${id}:\n`).join(''))
  for (const { home } of users) await mkdir(join(directory, home), { recursive: true })
}
