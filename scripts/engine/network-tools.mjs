/** What the test network needs besides a Docker Engine. Unpacked into .cache: nothing on the machine changes. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { CannotSetUp, findProgram, say } from './commands.mjs'
import { readDistribution } from './distribution.mjs'
import { cacheDirectory, fetchDebs } from './fetch-debs.mjs'
import { installPackages } from './install-packages.mjs'

/** Programs of the machine, and the package that brings each on Debian and Ubuntu. */
const programs = {
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  openssl: 'openssl',
  gpg: 'gnupg',
  curl: 'curl',
  jq: 'jq',
  git: 'git',
  nsenter: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
}

/** Unpacked, never installed: as packages they would start daemons on this machine. */
const daemonPackages = ['openssh-server', 'openssh-sftp-server', 'libwrap0', 'docker-registry']
const oldEnginePackages = ['docker.io', 'containerd', 'runc', 'tini']
/** Shells whose completion is tested, with the library that a machine may lack. */
const shellPackages = ['zsh', 'zsh-common', 'fish', 'fish-common', 'libpcre2-32-0']

/** Reads the scripts that dray runs on servers, with the libraries that a machine may lack; of one version, where it can be. */
const scriptPackages = ['shellcheck', 'libffi8', 'libgmp10']
/** Gives a program another time than the kernel's, for the drills. */
const clockPackages = ['libfaketime']
/** What an Engine of a user's own runs in: namespaces that belong to no root. */
const rootlessPackages = ['rootlesskit', 'uidmap', 'libsubid4', 'slirp4netns', 'libslirp0']

/** @throws {CannotSetUp} when something is missing that cannot be fetched, with one sentence */
export function ensureNetworkTools() {
  const distribution = readDistribution()
  addPrograms(distribution)
  unpackOnce('net-tools', () => ({ suite: distribution.codename, packages: daemonPackages }), distribution)
  unpackOnce('shells', () => ({ suite: distribution.codename, packages: shellPackages }), distribution)
  const scriptSuite = distribution.id === 'debian' ? 'bookworm' : distribution.codename
  unpackOnce('shellcheck', () => ({ suite: scriptSuite, packages: scriptPackages }), distribution)
  unpackOnce('clock', () => ({ suite: distribution.codename, packages: clockPackages }), distribution)
  unpackOnce('rootless', () => ({ suite: distribution.codename, packages: rootlessPackages }), distribution)
  // An Engine as old as many servers have; Ubuntu's mirror has no Debian suite, so tests there meet the newest only.
  if (distribution.id !== 'debian') return
  unpackOnce('engine-20.10', () => ({ suite: 'bookworm', packages: oldEnginePackages }), distribution)
}

/** @param {import('./distribution.mjs').Distribution} distribution */
function addPrograms(distribution) {
  const missing = Object.entries(programs).filter(([program]) => findProgram(program) === undefined)
  if (missing.length === 0) return
  const packages = [...new Set(missing.map(([, name]) => name))]
  if (process.getuid?.() !== 0) {
    throw new CannotSetUp(
      `The test network needs ${packages.join(', ')} and root to set it up: run this as root.`,
    )
  }
  mustHaveApt(distribution)
  installPackages(distribution, packages, 'node scripts/setup.mjs undo')
}

/**
 * @param {string} name of the directory in .cache that it ends up in
 * @param {() => { suite: string, packages: readonly string[] }} what
 * @param {import('./distribution.mjs').Distribution} distribution
 */
export function unpackOnce(name, what, distribution) {
  const directory = join(cacheDirectory, name)
  if (existsSync(directory)) return
  mustHaveApt(distribution)
  say(`Unpacking ${what().packages.join(', ')} of ${what().suite} into .cache/${name}.`)
  const fresh = `${directory}.${process.pid}`
  fetchDebs({ ...what(), unpackInto: join(fresh, 'root') })
  gatherPrograms(fresh)
  if (existsSync(directory)) rmSync(fresh, { recursive: true, force: true })
  else renameSync(fresh, directory)
}

/**
 * Makes bin/, one directory for PATH with all that was unpacked.
 * @param {string} directory
 */
function gatherPrograms(directory) {
  mkdirSync(join(directory, 'bin'))
  for (const from of ['usr/bin', 'usr/sbin', 'bin']) {
    const unpacked = join(directory, 'root', from)
    for (const name of existsSync(unpacked) ? readdirSync(unpacked) : []) {
      const link = join(directory, 'bin', name)
      if (!existsSync(link)) symlinkSync(join('../root', from, name), link)
    }
  }
}

/** @param {import('./distribution.mjs').Distribution} distribution */
function mustHaveApt({ id, name }) {
  if (id === 'debian' || id === 'ubuntu') return
  throw new CannotSetUp(
    `The test network is set up on Debian and Ubuntu only, this is ${name}: run the tests there.`,
  )
}
