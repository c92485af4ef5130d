/** Installs packages of the machine's own distribution, saying so first. */
import { run, say } from './commands.mjs'
import { recordChanges } from './record.mjs'

/**
 * @param {import('./distribution.mjs').Distribution} distribution
 * @param {readonly string[]} packages
 * @param {string} undo the command that takes them away again
 */
export function installPackages(distribution, packages, undo) {
  say(`Installing ${packages.join(', ')} from the packages of ${distribution.name}. To undo it: ${undo}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['-qq', 'update'], { env })
  const added = newPackages(packages, env)
  run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...packages], { env })
  recordChanges({ packages: added })
}

/**
 * Everything the install would add, dependencies too, so that undoing leaves none of it behind and nothing else goes.
 * @param {readonly string[]} packages
 * @param {NodeJS.ProcessEnv} env
 */
function newPackages(packages, env) {
  const plan = run('apt-get', ['-qq', 'install', '--simulate', '--no-install-recommends', ...packages], {
    env,
  })
  return plan
    .split('\n')
    .filter((line) => line.startsWith('Inst ') && !/^Inst \S+ \[/.test(line))
    .map((line) => line.split(' ')[1] ?? '')
}
