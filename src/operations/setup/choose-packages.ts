import { DrayError } from '../../errors/dray-error.ts'
import type { SetupObservation } from './setup-observation.ts'
import type { SetupAction } from './setup-plan.ts'

/** As https://docs.docker.com/engine/install/debian/ lists them. */
const DOCKERS_OWN = [
  'docker-ce',
  'docker-ce-cli',
  'containerd.io',
  'docker-buildx-plugin',
  'docker-compose-plugin',
]

/** Packages of the distribution that bring an Engine and Compose 2.20 or newer, and the first release that has them. */
const DISTRIBUTIONS: Readonly<
  Record<string, { since: number; packages: readonly string[]; compose: string }>
> = {
  debian: { since: 13, packages: ['docker.io', 'docker-cli', 'docker-compose'], compose: 'docker-compose' },
  ubuntu: { since: 22.04, packages: ['docker.io', 'docker-compose-v2'], compose: 'docker-compose-v2' },
}

/**
 * What installs what is missing of Docker Engine and Compose: Docker's own packages, and the distribution's where these cannot
 * be had. Throws SETUP_UNSUPPORTED where neither is possible.
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
      { kind: 'install-packages', packages: DOCKERS_OWN, cause: 'there is no Docker' },
    ]
  }
  const own = DISTRIBUTIONS[distribution.id]
  const reason = dockerRepository?.reason ?? 'it was not asked'
  if (own !== undefined && Number.parseFloat(distribution.version) >= own.since) {
    const cause = `there is no Docker; these are ${distribution.name}'s own, since Docker's repository cannot be used: ${reason}`
    return [{ kind: 'install-packages', packages: own.packages, cause }]
  }
  throw new DrayError(
    'SETUP_UNSUPPORTED',
    `${distribution.name} on ${state.host} has no Compose 2 of its own, and Docker's repository cannot be used: ${reason}.`,
    { hint: 'Let the server reach https://download.docker.com, or use Debian 13, Ubuntu 22.04 or newer.' },
  )
}

/** From where the Engine came. */
function installCompose(state: SetupObservation): SetupAction[] {
  const { enginePackage } = state.docker
  const cause = 'there is no Compose 2'
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
    enginePackage === undefined ? 'an Engine that no package brought' : `the Engine of ${enginePackage}`
  throw new DrayError(
    'SETUP_UNSUPPORTED',
    `${state.host} has ${engine}, and no Compose 2 that goes with it.`,
    {
      hint: 'Install the Compose plugin by hand: https://docs.docker.com/compose/install/linux/',
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
