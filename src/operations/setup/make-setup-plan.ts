import { DrayError } from '../../errors/dray-error.ts'
import { chooseInstallation } from './choose-packages.ts'
import type { EnvTemplate } from './env-template.ts'
import { limitLogs } from './limit-logs.ts'
import type { SetupObservation } from './setup-observation.ts'
import type { SetupAction, SetupPlan } from './setup-plan.ts'

export type SetupRequest = {
  environment: string
  /** The app's directory. */
  path: string
  envFile: EnvTemplate
}

/**
 * The actions that prepare a server for deploys, in order, each with its cause; empty for a prepared server. Pure. Throws
 * SETUP_UNSUPPORTED, and SETUP_NEEDS_ROOT if an action needs rights that the user does not have.
 */
export function makeSetupPlan(state: SetupObservation, wanted: SetupRequest): SetupPlan {
  const logs = limitLogs(state)
  const writesConfig = logs !== undefined && 'action' in logs
  const engine = engineActions(state, writesConfig)
  const asRoot = [
    // Written before the Engine's first start, so that no restart is needed.
    ...(writesConfig ? [logs.action] : []),
    ...chooseInstallation(state),
    ...engine.actions,
    ...userActions(state),
    ...directoryActions(state, wanted),
  ]
  if (asRoot.length > 0 && !state.user.canBecomeRoot) throw needsRoot(state, asRoot)
  return {
    host: state.host,
    actions: [...asRoot, ...envFileActions(state, wanted)],
    remaining: [
      ...(logs !== undefined && 'remaining' in logs ? [logs.remaining] : []),
      ...engine.remaining,
      ...directoryLeft(state, wanted),
      ...envFileLeft(state, wanted),
    ],
  }
}

/** A restart would stop running containers, so the user must choose the time. */
function engineActions(
  { host, docker }: SetupObservation,
  writesConfig: boolean,
): { actions: SetupAction[]; remaining: string[] } {
  if (!docker.hasCommand || !docker.isRunning) {
    return {
      actions: [{ kind: 'start-docker', cause: 'Docker must run, now and after a reboot' }],
      remaining: [],
    }
  }
  const enable: SetupAction[] = docker.isEnabled
    ? []
    : [{ kind: 'start-docker', cause: 'Docker does not start at boot' }]
  if (!writesConfig) return { actions: enable, remaining: [] }
  if (docker.runningContainers === 0) {
    return {
      actions: [
        ...enable,
        { kind: 'restart-docker', cause: 'to apply its configuration; no container is running' },
      ],
      remaining: [],
    }
  }
  const count = `${docker.runningContainers} ${docker.runningContainers === 1 ? 'container is running' : 'containers are running'}`
  return {
    actions: enable,
    remaining: [
      `${count} on ${host}, so Docker was not restarted. The log size limit applies to containers created after \`sudo systemctl restart docker\`, which stops them briefly.`,
    ],
  }
}

function userActions({ user }: SetupObservation): SetupAction[] {
  if (user.isRoot || user.isInDockerGroup) return []
  const cause = `${user.name} cannot use Docker yet; members of the group have root's rights on the server`
  return [{ kind: 'join-docker-group', user: user.name, cause }]
}

function directoryActions({ directory, user }: SetupObservation, { path }: SetupRequest): SetupAction[] {
  if (directory === 'writable' || directory === 'foreign') return []
  const cause =
    directory === 'missing' ? 'it does not exist' : `it is empty, and ${user.name} cannot write to it`
  return [{ kind: 'make-directory', path, user: user.name, group: user.group, cause }]
}

function directoryLeft({ host, directory, user }: SetupObservation, { path }: SetupRequest): string[] {
  if (directory !== 'foreign') return []
  return [
    `${path} on ${host} has files, and ${user.name} cannot write to it. Check whose files they are, then run \`sudo chown -R ${user.name} ${path}\` there.`,
  ]
}

function envFileActions(
  { hasEnvFile, directory }: SetupObservation,
  { path, envFile }: SetupRequest,
): SetupAction[] {
  if (hasEnvFile || directory === 'foreign') return []
  const { text, keysToFill } = envFile
  return [
    {
      kind: 'write-env-file',
      path: `${path}/.env`,
      text,
      keysToFill,
      cause: 'a deploy is refused without it',
    },
  ]
}

function envFileLeft(
  { host, hasEnvFile, directory }: SetupObservation,
  { environment, envFile }: SetupRequest,
): string[] {
  if (hasEnvFile || directory === 'foreign' || envFile.keysToFill.length === 0) return []
  return envFile.keysToFill.map((name) => `Set ${name} on ${host}: \`dray env ${environment} set ${name}\`.`)
}

function needsRoot({ host, user }: SetupObservation, actions: readonly SetupAction[]): DrayError {
  return new DrayError('SETUP_NEEDS_ROOT', `${user.name} on ${host} cannot become root without a password.`, {
    hint: `On the server, run as root: \`echo '${user.name} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/${user.name}\`, and remove that file after the set-up. Or log in as root in dray.yml until then.`,
    details: { problems: actions.map(({ kind, cause }) => `${kind}: ${cause}`) },
  })
}
