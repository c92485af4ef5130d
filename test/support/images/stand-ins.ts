import { chmod, copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { command } from './command.ts'
import { contentHash, imageCache } from './cache.ts'
import { makeRootFileSystem, parseLibraries, takeLibraries } from './root-file-system.ts'

const files = join(import.meta.dirname, 'stand-ins')

const nginxLibraries = ['libc6', 'libcrypt1', 'libpcre2-8-0', 'zlib1g']
// prettier-ignore
const curlLibraries = [
  'libcurl4', 'libnghttp2-14', 'libidn2-0', 'librtmp1', 'libssh2-1', 'libpsl5', 'libssl3', 'libgssapi-krb5-2',
  'libldap-2.5-0', 'libzstd1', 'libbrotli1', 'libunistring2', 'libgnutls30', 'libhogweed6', 'libnettle8', 'libgmp10',
  'libkrb5-3', 'libk5crypto3', 'libcom-err2', 'libkrb5support0', 'libsasl2-2', 'libkeyutils1', 'libp11-kit0',
  'libtasn1-6', 'libffi8', 'zlib1g', 'libc6',
]

/** What the stand-ins are made of: another value means that they must be made again. */
export function standInHash(): string {
  const scripts = ['stand-ins.ts', 'root-file-system.ts'].map((name) => join(import.meta.dirname, name))
  return contentHash([files, ...scripts], [process.version])
}

/**
 * Makes `nginx:alpine` (the newest nginx there is in Debian), `nginx:1.22` and `node:22-alpine` (this machine's own Node
 * and npm, with curl), for machines that cannot fetch the real ones. Needs a Debian mirror and buildx.
 */
export async function buildStandIns(images: {
  nginx: string
  oldNginx: string
  node: string
}): Promise<void> {
  const work = join(imageCache, 'stand-ins')
  await mkdir(work, { recursive: true })
  const version = await makeNginx(join(work, 'nginx'), 'sid')
  const oldVersion = await makeNginx(join(work, 'nginx-1.22'), 'bookworm')
  await makeNode(join(work, 'node'))
  const target = (directory: string, dockerfile: string, tag: string) => ({
    context: join(work, directory),
    dockerfile: join(files, dockerfile),
    tags: [tag],
    labels: { 'dray.stand-in': standInHash() },
  })
  const definition = {
    group: { default: { targets: ['nginx', 'old-nginx', 'node'] } },
    target: {
      nginx: { ...target('nginx', 'nginx.dockerfile', images.nginx), args: { NGINX_VERSION: version } },
      'old-nginx': {
        ...target('nginx-1.22', 'nginx.dockerfile', images.oldNginx),
        args: { NGINX_VERSION: oldVersion },
      },
      node: target('node', 'node.dockerfile', images.node),
    },
  }
  await bake(definition)
  // What these names meant before is of no use to anyone.
  await command(['docker', 'image', 'prune', '--force', '--filter', 'label=dray.stand-in'])
  await rm(work, { recursive: true, force: true })
}

/** Runs `docker buildx bake` on a definition; the images go into the machine's engine. */
export async function bake(definition: object): Promise<void> {
  const argv = ['docker', 'buildx', 'bake', '-f', '-', '--provenance=false', '--progress=plain'] as const
  await command(argv, { input: JSON.stringify(definition) })
}

/** Gives its version, which the real image has in its environment. */
async function makeNginx(directory: string, suite: 'sid' | 'bookworm'): Promise<string> {
  const libraries = suite === 'sid' ? ['libssl3t64', 'libzstd1'] : ['libssl3']
  const { packages } = await makeRootFileSystem({
    directory,
    suite,
    packages: ['nginx', 'nginx-common', 'busybox-static', ...nginxLibraries, ...libraries],
    programs: ['usr/sbin/nginx'],
    users: [{ name: 'nginx', id: 101, home: '/var/cache/nginx' }],
  })
  for (const path of ['etc/nginx/conf.d', 'var/log/nginx', 'var/lib/nginx', 'usr/share/nginx/html']) {
    await mkdir(join(directory, path), { recursive: true })
  }
  await copyFile(join(packages, 'etc/nginx/mime.types'), join(directory, 'etc/nginx/mime.types'))
  await copyFile(join(files, 'nginx.conf'), join(directory, 'etc/nginx/nginx.conf'))
  // Every address of a name counts, as with musl (nginx:alpine) and in Debian's own images.
  await writeFile(join(directory, 'etc/host.conf'), 'multi on\n')
  const program = await readFile(join(directory, 'usr/sbin/nginx'), 'latin1')
  return /nginx\/(\d+\.\d+\.\d+)/.exec(program)?.[1] ?? ''
}

async function makeNode(directory: string): Promise<void> {
  await makeRootFileSystem({
    directory,
    suite: 'bookworm',
    packages: ['curl', 'busybox-static', ...curlLibraries],
    programs: ['usr/bin/curl'],
    users: [{ name: 'node', id: 1000, home: '/home/node' }],
  })
  await mkdir(join(directory, 'usr/local/bin'), { recursive: true })
  await copyFile(process.execPath, join(directory, 'usr/local/bin/node'))
  await takeLibraries(parseLibraries(await command(['ldd', process.execPath])), directory)
  await takeNpm(directory)
  await copyFile(join(files, 'apk'), join(directory, 'usr/bin/apk'))
  await chmod(join(directory, 'usr/bin/apk'), 0o755)
  await command(['chown', '1000:1000', join(directory, 'home/node')])
}

async function takeNpm(directory: string): Promise<void> {
  const npm = dirname(dirname(findNpm()))
  const unwanted = ['/docs', '/man']
  const filter = (path: string) => !unwanted.some((name) => path.startsWith(`${npm}${name}`))
  await cp(npm, join(directory, 'usr/local/lib/node_modules/npm'), { recursive: true, filter })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(directory, 'usr/local/bin/npm'))
}

function findNpm(): string {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((path) => join(path, 'npm'))
  for (const candidate of [...candidates, join(dirname(process.execPath), 'npm')]) {
    try {
      return realpathSync(candidate)
    } catch {
      continue
    }
  }
  throw new Error('npm was not found beside node: the node stand-in needs it for `npm run`')
}
