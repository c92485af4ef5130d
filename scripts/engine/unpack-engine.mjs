/**
 * Debian 12 has no Compose 2. A newer Debian's Engine, Compose and Buildx are Go programs that run on it as they are, so
 * they are unpacked into /opt/dray-engine; only runc and iptables are Debian 12's own, because newer ones need its
 * successor's C library.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { CannotSetUp, findProgram, say } from './commands.mjs'
import { fetchDebs } from './fetch-debs.mjs'
import { recordChanges } from './record.mjs'

const ownDirectory = '/opt/dray-engine'
export const ownBin = join(ownDirectory, 'bin')
export const ownDockerd = join(ownBin, 'dockerd')
export const ownDataRoot = '/var/lib/dray-engine'

const pluginDirectory = '/usr/local/lib/docker/cli-plugins'
const enginePackages = ['docker.io', 'docker-cli', 'containerd', 'docker-compose', 'docker-buildx']
/** Of the machine's own release: what needs its C library, and what these need that may not be installed. */
const basePackages = ['runc', 'tini', 'iptables', 'libseccomp2', 'libip4tc2', 'libip6tc2', 'libxtables12']
const iptablesLibraries = ['libnftnl11', 'libnfnetlink0', 'libnetfilter-conntrack3', 'libmnl0']
/** The newest first; the second is a stable release, for the day the first no longer runs on this one. */
const suites = ['sid', 'trixie']

/**
 * Unpacks everything into /opt/dray-engine and makes `docker`, its plugins and a `dockerd` usable.
 * @throws {CannotSetUp} when no suite's programs run here
 */
export async function unpackEngine() {
  const fresh = `${ownDirectory}.${process.pid}`
  const root = join(fresh, 'root')
  const suite = suites.find((candidate) => unpackSuite(candidate, root))
  if (suite === undefined)
    throw new CannotSetUp('No Debian package of Docker Engine runs on this machine: install Docker by hand.')
  fetchDebs({ suite: 'bookworm', packages: [...basePackages, ...iptablesLibraries], unpackInto: root })
  rmSync(ownDirectory, { recursive: true, force: true })
  renameSync(fresh, ownDirectory)
  linkPrograms()
  recordChanges({ paths: [ownDirectory, ownDataRoot] })
  say(`Unpacked Docker Engine, Compose and Buildx of Debian ${suite} into ${ownDirectory}.`)
  linkDockerCommand()
  linkPlugins(['docker-compose', 'docker-buildx'])
}

/**
 * Adds only CLI plugins, for a machine whose engine is fine.
 * @param {readonly string[]} plugins of docker-compose and docker-buildx
 */
export function unpackPlugins(plugins) {
  fetchDebs({ suite: 'trixie', packages: plugins, unpackInto: join(ownDirectory, 'root') })
  recordChanges({ paths: [ownDirectory] })
  linkPlugins(plugins)
}

/**
 * @param {string} suite
 * @param {string} root
 * @returns {boolean} whether it could be fetched and its programs run with this machine's libraries
 */
function unpackSuite(suite, root) {
  rmSync(root, { recursive: true, force: true })
  try {
    fetchDebs({ suite, packages: enginePackages, unpackInto: root })
  } catch (error) {
    if (suite === suites.at(-1)) throw error
    return false
  }
  const programs = [
    'usr/sbin/dockerd',
    'usr/bin/containerd',
    'usr/bin/containerd-shim-runc-v2',
    'usr/bin/docker',
  ]
  return programs.every((program) => spawnSync(join(root, program), [versionFlag(program)]).status === 0)
}

/** @param {string} program */
function versionFlag(program) {
  return basename(program).startsWith('containerd-shim') ? '-v' : '--version'
}

/** One directory for PATH, with exactly the programs that dockerd calls by name. */
function linkPrograms() {
  mkdirSync(ownBin, { recursive: true })
  for (const directory of ['usr/bin', 'usr/sbin']) {
    for (const name of readdirSync(join(ownDirectory, 'root', directory))) {
      if (isEngineProgram(name)) symlinkSync(join('../root', directory, name), join(ownBin, name))
    }
  }
  for (const name of ['iptables', 'ip6tables', 'iptables-save', 'iptables-restore']) {
    if (findProgram(name) === undefined) wrapIptables(name)
  }
}

/** @param {string} name */
function isEngineProgram(name) {
  const wanted = [
    'dockerd',
    'docker',
    'docker-proxy',
    'docker-init',
    'containerd',
    'containerd-shim-runc-v2',
    'ctr',
  ]
  return wanted.includes(name) || (name === 'runc' && !existsSync(join(ownBin, 'runc')))
}

/**
 * A script that runs the unpacked iptables with its own libraries.
 * @param {string} name
 */
function wrapIptables(name) {
  const libraryParent = join(ownDirectory, 'root/usr/lib')
  const triplet = readdirSync(libraryParent).find((entry) => entry.endsWith('-linux-gnu')) ?? ''
  const libraries = join(libraryParent, triplet)
  const env = { LD_LIBRARY_PATH: libraries, XTABLES_LIBDIR: join(libraries, 'xtables') }
  const multi = (/** @type {string} */ kind) => join(ownDirectory, `root/usr/sbin/xtables-${kind}-multi`)
  // A kernel can lack the nft compatibility layer: the older interface is the one that is left.
  const nftWorks = spawnSync(multi('nft'), ['iptables', '-t', 'nat', '-L', '-n'], { env }).status === 0
  const program = multi(nftWorks ? 'nft' : 'legacy')
  const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  const script = join(ownBin, name)
  writeFileSync(script, `#!/bin/sh\n${variables.join(' ')} exec ${program} ${name} "$@"\n`)
  chmodSync(script, 0o755)
}

function linkDockerCommand() {
  const docker = join(ownBin, 'docker')
  if ((findProgram('docker') ?? docker) === docker) link(docker, '/usr/local/bin/docker')
}

/** @param {readonly string[]} plugins */
function linkPlugins(plugins) {
  mkdirSync(pluginDirectory, { recursive: true })
  for (const plugin of plugins) {
    link(join(ownDirectory, 'root/usr/libexec/docker/cli-plugins', plugin), join(pluginDirectory, plugin))
  }
}

/**
 * @param {string} target
 * @param {string} path
 */
function link(target, path) {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(path)
  symlinkSync(target, path)
  recordChanges({ paths: [path] })
}
