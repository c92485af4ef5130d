import type { SetupObservation } from '../../src/operations/setup/setup-observation.ts'

/** A new Debian 13 whose user may become root. */
export function fakeSetupObservation(facts: Partial<SetupObservation> = {}): SetupObservation {
  return {
    host: 'deploy@a',
    distribution: { id: 'debian', version: '13', codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)' },
    user: { name: 'deploy', group: 'deploy', isRoot: false, isInDockerGroup: false, canBecomeRoot: true },
    docker: {
      hasCommand: false,
      enginePackage: undefined,
      composeVersion: undefined,
      isRunning: false,
      isEnabled: false,
      runningContainers: 0,
    },
    dockerRepository: { isReachable: true },
    daemonConfig: undefined,
    directory: 'missing',
    hasEnvFile: false,
    ...facts,
  }
}

/** One that `dray setup` has made ready. */
export function fakeReadyServer(facts: Partial<SetupObservation> = {}): SetupObservation {
  return fakeSetupObservation({
    user: { name: 'deploy', group: 'deploy', isRoot: false, isInDockerGroup: true, canBecomeRoot: false },
    docker: {
      hasCommand: true,
      enginePackage: 'docker-ce',
      composeVersion: '2.40.3',
      isRunning: true,
      isEnabled: true,
      runningContainers: 2,
    },
    dockerRepository: undefined,
    daemonConfig: '{ "log-opts": { "max-size": "10m" } }',
    directory: 'writable',
    hasEnvFile: true,
    ...facts,
  })
}
