/**
 * Makes the root file system of a freshly installed server: Debian 13 or this machine's Ubuntu, with sshd and sudo and
 * without Docker. Package lists and the distribution's own Docker lie in apt's caches there, so that it can be installed
 * where there is no network. Root only; it takes a minute, and then it is in .cache.
 *
 *   node scripts/engine/bare-root.mjs
 *
 * prints its directory.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotSetUp, run } from './commands.mjs'
import { findMirror, readDistribution } from './distribution.mjs'
import { cacheDirectory, fetchDebs } from './fetch-debs.mjs'

/** Of each distribution: the release whose own packages bring Compose 2, and these packages. */
const releases = {
  debian: {
    suite: () => 'trixie',
    components: 'main',
    packages: ['docker.io', 'docker-cli', 'docker-compose'],
  },
  ubuntu: {
    suite: (/** @type {string} */ own) => own,
    components: 'main,universe',
    packages: ['docker.io', 'docker-compose-v2'],
  },
}

/** Made in memory: dpkg syncs every file to the disk before it continues with the next. */
const script = `
set -e
mount -t tmpfs tmpfs "$WORK"
"$TOOLS/usr/sbin/debootstrap" --variant=minbase --include=openssh-server,sudo,ca-certificates \\
  --components="$COMPONENTS" $KEYRING "$SUITE" "$WORK/root" "$MIRROR"
cp /etc/resolv.conf "$WORK/root/etc/resolv.conf"
chroot "$WORK/root" apt-get -q update
chroot "$WORK/root" apt-get -q clean
chroot "$WORK/root" apt-get -q -y --no-install-recommends --download-only install $PACKAGES
cp -a "$WORK/root" "$TARGET"
`

process.stdout.write(`${ensureBareRoot()}\n`)

/** @returns {string} */
function ensureBareRoot() {
  const distribution = readDistribution()
  const release = releases[/** @type {keyof typeof releases} */ (distribution.id)]
  const mirror = findMirror(distribution)
  if (release === undefined || mirror === undefined)
    throw new CannotSetUp(`A bare server is made on Debian and Ubuntu only, this is ${distribution.name}.`)
  const suite = release.suite(distribution.codename)
  const directory = join(cacheDirectory, `bare-${suite}`)
  if (existsSync(directory)) return directory

  mkdirSync(cacheDirectory, { recursive: true })
  const fresh = mkdtempSync(join(cacheDirectory, '.bare-'))
  try {
    const tools = join(fresh, 'tools')
    const work = join(fresh, 'work')
    const target = join(fresh, 'root')
    mkdirSync(work)
    fetchDebs({ suite: distribution.codename, packages: ['debootstrap'], unpackInto: tools })
    const keys = `/usr/share/keyrings/${distribution.id}-archive-keyring.gpg`
    run('unshare', ['--mount', 'sh', '-c', script], {
      env: {
        PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
        LANG: 'C.UTF-8',
        DEBIAN_FRONTEND: 'noninteractive',
        DEBOOTSTRAP_DIR: join(tools, 'usr/share/debootstrap'),
        TOOLS: tools,
        WORK: work,
        TARGET: target,
        SUITE: suite,
        MIRROR: mirror,
        COMPONENTS: release.components,
        KEYRING: existsSync(keys) ? `--keyring=${keys}` : '',
        PACKAGES: release.packages.join(' '),
      },
    })
    writeFileSync(join(target, 'etc/resolv.conf'), '')
    if (!existsSync(directory)) renameSync(target, directory)
    return directory
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}
