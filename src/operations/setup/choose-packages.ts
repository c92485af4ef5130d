import { DrayError } from '../../errors/dray-error.ts'
import type { SetupObservation } from './setup-observation.ts'
import type { SetupAction } from './setup-plan.ts'

/** As listed in https://docs.docker.com/engine/install/debian/. */
const DOCKERS_OWN = [
  'docker-ce',
  'docker-ce-cli',
  'containerd.io',
  'docker-buildx-plugin',
  'docker-compose-plugin',
]

/** Packages of each distribution with an Engine and Compose 2.20 or newer, and the first release that has them. */
const DISTRIBUTIONS: Readonly<
  Record<string, { since: number; packages: readonly string[]; compose: string }>
> = {
  debian: { since: 13, packages: ['docker.io', 'docker-cli', 'docker-compose'], compose: 'docker-compose' },
  ubuntu: { since: 22.04, packages: ['docker.io', 'docker-compose-v2'], compose: 'docker-compose-v2' },
}

/**
 * Chooses packages for the missing parts of Docker Engine and Compose: Docker's own packages, or the distribution's if
 * those are not available. Throws SETUP_UNSUPPORTED if neither is possible.
 */
export function chooseInstallation(state: SetupObservation): SetupAction[] {
  const { hasCommand, composeVersion } = state.docker
  if (!hasCommand) return installEngine(state)
  return composeVersion === undefined ? installCompose(state) : []
}

function installEngine(state: SetupObservation): SetupAction[] {
  const { distribution, dockerRepository } = state
  refuseUnknown(state)
  if (dockerRepository?.isReachable === true) {
    const { id, codename } = distribution
    return [
      { kind: 'add-repository', distribution: id, codename, cause: 'Docker recommends its own packages' },
      { kind: 'install-packages', packages: DOCKERS_OWN, cause: 'Docker is missing' },
    ]
  }
  const own = DISTRIBUTIONS[distribution.id]
  const reason = dockerRepository?.reason ?? 'it was not checked'
  if (own !== undefined && Number.parseFloat(distribution.version) >= own.since) {
    const cause = `Docker is missing; these are the packages of ${distribution.name}, since Docker's repository cannot be used: ${reason}`
    return [{ kind: 'install-packages', packages: own.packages, cause }]
  }
  throw new DrayError(
    'SETUP_UNSUPPORTED',
    `${distribution.name} on ${state.host} has no Compose 2 package, and Docker's repository cannot be used: ${reason}.`,
    {
      hint: 'Give the server access to https://download.docker.com, or use Debian 13, Ubuntu 22.04 or newer.',
    },
  )
}

/** Chooses the Compose package that belongs to the installed Engine. */
function installCompose(state: SetupObservation): SetupAction[] {
  const { enginePackage } = state.docker
  const cause = 'Compose 2 is missing'
  if (enginePackage === 'docker-ce') {
    return [{ kind: 'install-packages', packages: ['docker-compose-plugin'], cause }]
  }
  refuseUnknown(state)
  const own = DISTRIBUTIONS[state.distribution.id]
  if (
    enginePackage === 'docker.io' &&
    own !== undefined &&
    Number.parseFloat(state.distribution.version) >= own.since
  ) {
    return [{ kind: 'install-packages', packages: [own.compose], cause }]
  }
  const engine =
    enginePackage === undefined ? 'an Engine that is not from a package' : `the Engine of ${enginePackage}`
  throw new DrayError(
    'SETUP_UNSUPPORTED',
    `${state.host} has ${engine}, and there is no matching Compose 2 package.`,
    {
      hint: 'Install the Compose plugin manually: https://docs.docker.com/compose/install/linux/',
    },
  )
}

function refuseUnknown({ distribution, host }: SetupObservation): void {
  if (DISTRIBUTIONS[distribution.id] !== undefined) return
  throw new DrayError(
    'SETUP_UNSUPPORTED',
    `${host} runs ${distribution.name}; dray installs Docker on Debian and Ubuntu only.`,
  )
}
