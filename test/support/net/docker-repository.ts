import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mustRun } from './run-command.ts'

const name = 'download.docker.com'
const base = '/linux/debian'

/** Docker's packages, and the package of Debian that each is made of; a package without one is empty. */
const packages: Readonly<Record<string, string | undefined>> = {
  'docker-ce': 'docker.io',
  'docker-ce-cli': 'docker-cli',
  'docker-compose-plugin': 'docker-compose',
  'docker-buildx-plugin': undefined,
  'containerd.io': undefined,
}

/** download.docker.com as it stands in the tests' network; disposing ends it. */
export type DockerRepository = AsyncDisposable & {
  /** Line for the /etc/hosts of those that are to reach it. */
  hostsLine: string
  /** Certificate of the authority that they have to trust. */
  caText: string
  /** Paths that were asked for, in order. */
  requests: readonly string[]
}

/**
 * Serves an apt repository in the place of Docker's, signed and over TLS. Its packages have the names of Docker's own; what
 * is in them is Debian's, out of apt's cache in the root file system of a bare server.
 */
export async function startDockerRepository(address: string, bareRoot: string): Promise<DockerRepository> {
  const directory = mkdtempSync(join(tmpdir(), 'dray-docker-repository-'))
  try {
    await makeCertificate(directory)
    const files = await makeRepository(directory, join(bareRoot, 'var/cache/apt/archives'))
    const tls = { key: readFileSync(join(directory, 'key')), cert: readFileSync(join(directory, 'crt')) }
    const requests: string[] = []
    const server = createServer(tls, ({ url = '' }, response) => {
      requests.push(url)
      const content = files.get(url)
      response.writeHead(content === undefined ? 404 : 200).end(content)
    })
    server.listen(443, address)
    await once(server, 'listening')
    return {
      hostsLine: `${address} ${name}\n`,
      caText: tls.cert.toString(),
      requests,
      [Symbol.asyncDispose]: async () => {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
        rmSync(directory, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

/** One that is its own authority. */
async function makeCertificate(directory: string): Promise<void> {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key']
  const about = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-days', '2', '-out', 'crt']
  await mustRun(['openssl', 'req', '-x509', ...newKey, ...about], { cwd: directory })
}

/** Every file by its path on the server. */
async function makeRepository(directory: string, archives: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const architecture = (await mustRun(['dpkg', '--print-architecture'])).trim()
  const entries: string[] = []
  for (const [packageName, origin] of Object.entries(packages)) {
    const root = join(directory, packageName)
    await (origin === undefined ? makeEmpty(root) : unpack(join(archives, findDeb(archives, origin)), root))
    const { control, content } = await makePackage(root, packageName)
    const path = `pool/${packageName}.deb`
    files.set(`${base}/${path}`, content)
    entries.push(`${control}Filename: ${path}\nSize: ${content.length}\nSHA256: ${sha256(content)}\n`)
  }
  const index = Buffer.from(entries.join('\n'))
  const indexPath = `stable/binary-${architecture}/Packages`
  const release = [
    'Origin: Docker',
    'Suite: trixie',
    'Codename: trixie',
    `Date: ${new Date().toUTCString()}`,
    `Architectures: ${architecture}`,
    'Components: stable',
    'SHA256:',
    ` ${sha256(index)} ${index.length} ${indexPath}`,
    '',
  ].join('\n')
  const { signed, key } = await sign(directory, release)
  files.set(`${base}/gpg`, Buffer.from(key))
  files.set(`${base}/dists/trixie/${indexPath}`, index)
  files.set(`${base}/dists/trixie/Release`, Buffer.from(release))
  files.set(`${base}/dists/trixie/InRelease`, Buffer.from(signed))
  return files
}

function findDeb(archives: string, packageName: string): string {
  const found = readdirSync(archives).find((file) => file.startsWith(`${packageName}_`))
  if (found === undefined) throw new Error(`${archives} has no package ${packageName}.`)
  return found
}

async function unpack(deb: string, root: string): Promise<void> {
  await mustRun(['dpkg-deb', '--raw-extract', deb, root])
}

async function makeEmpty(root: string): Promise<void> {
  mkdirSync(join(root, 'DEBIAN'), { recursive: true })
  const control = 'Architecture: all\nMaintainer: Tests <tests@example.com>\nDescription: Nothing\n'
  writeFileSync(join(root, 'DEBIAN/control'), control)
}

/** Under another name; Debian's packages and Docker's exclude each other. */
async function makePackage(root: string, packageName: string): Promise<{ control: string; content: Buffer }> {
  const file = join(root, 'DEBIAN/control')
  const rest = readFileSync(file, 'utf8').replaceAll(
    /^(?:Package|Version|Source|Conflicts|Breaks|Replaces|Built-Using|Static-Built-Using):.*\n(?:[ \t].*\n)*/gm,
    '',
  )
  const control = `Package: ${packageName}\nVersion: 99.0\n${rest}`
  writeFileSync(file, control)
  await mustRun(['dpkg-deb', '--root-owner-group', '-Znone', '--build', root, `${root}.deb`])
  return { control, content: readFileSync(`${root}.deb`) }
}

async function sign(directory: string, text: string): Promise<{ signed: string; key: string }> {
  const home = join(directory, 'gnupg')
  mkdirSync(home, { mode: 0o700 })
  const gpg = (args: readonly string[], input = ''): Promise<string> =>
    mustRun(['gpg', '--homedir', home, '--batch', '--quiet', ...args], { input })
  try {
    await gpg([
      '--passphrase',
      '',
      '--quick-generate-key',
      'Tests <tests@example.com>',
      'rsa3072',
      'sign',
      '1d',
    ])
    return { signed: await gpg(['--clearsign'], text), key: await gpg(['--armor', '--export']) }
  } finally {
    await mustRun(['gpgconf', '--homedir', home, '--kill', 'all'])
  }
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
