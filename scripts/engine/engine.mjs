/** Sees to it that a Docker Engine with Compose 2 and Buildx answers on this machine. */
import { existsSync } from 'node:fs'
import { CannotSetUp, ask, findProgram, say } from './commands.mjs'
import { readDistribution } from './distribution.mjs'
import { hasSystemd, startDockerd, startService } from './dockerd.mjs'
import { installPackages } from './install-packages.mjs'
import { ownDockerd, unpackEngine, unpackPlugins } from './unpack-engine.mjs'

/** The oldest Compose that dray works with. */
const composeWanted = [2, 20]
const undo = 'node scripts/setup.mjs undo'

/**
 * Leaves a machine as it is where everything answers; starts an engine that was installed and does not run; installs
 * what is missing otherwise, after saying what and from where.
 * @throws {CannotSetUp} with one sentence that says what to do
 */
export async function ensureEngine() {
  const found = await lookAtDocker()
  if (found.engine === undefined) await bringUpEngine()
  else if (found.missing.length > 0) addPlugins(found.missing)
  else return say(`Docker Engine ${found.engine} with Compose ${found.compose} is here.`)

  const now = await lookAtDocker()
  if (now.engine === undefined)
    throw new CannotSetUp('Docker Engine was started, but `docker version` fails: try it.')
  if (now.missing.length > 0)
    throw new CannotSetUp(`Docker still lacks ${now.missing.join(' and ')}: install them.`)
  say(`Docker Engine ${now.engine} with Compose ${now.compose} answers.`)
}

/** @returns {Promise<{ engine: string | undefined, compose: string | undefined, missing: string[] }>} */
async function lookAtDocker() {
  const [engine, compose, buildx] = await Promise.all([
    ask('docker', ['version', '--format', '{{.Server.Version}}']),
    ask('docker', ['compose', 'version', '--short']),
    ask('docker', ['buildx', 'version']),
  ])
  const missing = []
  if (compose === undefined || !isNewEnough(compose)) missing.push('docker-compose')
  if (buildx === undefined) missing.push('docker-buildx')
  return { engine, compose, missing }
}

/** @param {string} version such as 2.40.3 or v2.40.3-desktop.1 */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = composeWanted
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

async function bringUpEngine() {
  mustBeRoot('No Docker Engine answers')
  if (existsSync(ownDockerd)) return startDockerd(ownDockerd)
  const installed = findProgram('dockerd')
  if (installed !== undefined) return hasSystemd() ? startService() : startDockerd(installed)
  await installEngine()
}

async function installEngine() {
  const distribution = readDistribution()
  if (comesWithNewDocker(distribution)) {
    installPackages(distribution, enginePackages(distribution), undo)
    const dockerd = findProgram('dockerd')
    if (dockerd === undefined)
      throw new CannotSetUp('The package docker.io brought no dockerd: install Docker by hand.')
    return hasSystemd() ? startService() : startDockerd(dockerd)
  }
  if (distribution.id !== 'debian' || distribution.version < 12) throw noWayOn(distribution)
  say(
    `No Docker Engine answers. ${distribution.name} has no Compose 2, so Docker Engine, Compose and Buildx of a newer`,
  )
  say(
    `Debian are fetched from this machine's own mirror and unpacked into /opt/dray-engine. Nothing else is replaced.`,
  )
  say(`To undo it: ${undo}`)
  await unpackEngine()
  await startDockerd(ownDockerd)
}

/** @param {readonly string[]} plugins */
function addPlugins(plugins) {
  mustBeRoot(`Docker lacks ${plugins.join(' and ')}`)
  const distribution = readDistribution()
  if (distribution.id !== 'debian' && distribution.id !== 'ubuntu') throw noWayOn(distribution)
  if (comesWithNewDocker(distribution)) {
    const names = enginePackages(distribution).filter((name) =>
      plugins.some((plugin) => name.startsWith(plugin)),
    )
    return installPackages(distribution, names, undo)
  }
  say(
    `Docker lacks ${plugins.join(' and ')}: fetched from a newer Debian, put into /usr/local/lib/docker/cli-plugins.`,
  )
  say(`To undo it: ${undo}`)
  unpackPlugins(plugins)
}

/** @param {import('./distribution.mjs').Distribution} distribution */
function comesWithNewDocker(distribution) {
  return (
    (distribution.id === 'debian' && distribution.version >= 13) ||
    (distribution.id === 'ubuntu' && distribution.version >= 24.04)
  )
}

/** @param {import('./distribution.mjs').Distribution} distribution */
function enginePackages(distribution) {
  return distribution.id === 'ubuntu'
    ? ['docker.io', 'docker-compose-v2', 'docker-buildx']
    : ['docker.io', 'docker-cli', 'docker-compose', 'docker-buildx']
}

/** @param {string} problem */
function mustBeRoot(problem) {
  if (process.getuid?.() === 0) return
  throw new CannotSetUp(
    `${problem} to this user: start Docker, or run this once as root so that it can be set up.`,
  )
}

/** @param {import('./distribution.mjs').Distribution} distribution */
function noWayOn(distribution) {
  return new CannotSetUp(
    `${distribution.name} has no way here to get Docker Engine with Compose 2.20 and Buildx: install them (https://docs.docker.com/engine/install) and try again.`,
  )
}
