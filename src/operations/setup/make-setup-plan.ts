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
 * What makes a server ready for deploys, in order, each with its cause; a server that is ready gets no action. Pure. Throws
 * SETUP_UNSUPPORTED, and SETUP_NEEDS_ROOT where something has to be done that the user may not do.
 */
export function makeSetupPlan(state: SetupObservation, wanted: SetupRequest): SetupPlan {
  const logs = limitLogs(state)
  const writesConfig = logs !== undefined && 'action' in logs
  const engine = engineActions(state, writesConfig)
  const asRoot = [
    // Before the Engine starts for the first time, so that it need not start twice.
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

/** Containers that run would be stopped by a restart, so then a person says when. */
function engineActions(
  { host, docker }: SetupObservation,
  writesConfig: boolean,
): { actions: SetupAction[]; remaining: string[] } {
  if (!docker.hasCommand || !docker.isRunning) {
    return {
      actions: [{ kind: 'start-docker', cause: 'Docker is to run, now and after a restart of the server' }],
      remaining: [],
    }
  }
  const enable: SetupAction[] = docker.isEnabled
    ? []
    : [{ kind: 'start-docker', cause: 'Docker does not start with the server' }]
  if (!writesConfig) return { actions: enable, remaining: [] }
  if (docker.runningContainers === 0) {
    return {
      actions: [
        ...enable,
        { kind: 'restart-docker', cause: 'it reads its configuration at its start; no container runs' },
      ],
      remaining: [],
    }
  }
  const count = `${docker.runningContainers} ${docker.runningContainers === 1 ? 'container runs' : 'containers run'}`
  return {
    actions: enable,
    remaining: [
      `${count} on ${host}, so Docker was not restarted. The limit for logs holds for containers that are made after \`sudo systemctl restart docker\`, which stops them for a moment.`,
    ],
  }
}

function userActions({ user }: SetupObservation): SetupAction[] {
  if (user.isRoot || user.isInDockerGroup) return []
  const cause = `${user.name} may not use Docker yet; whoever may use Docker has root's rights on the server`
  return [{ kind: 'join-docker-group', user: user.name, cause }]
}

function directoryActions({ directory, user }: SetupObservation, { path }: SetupRequest): SetupAction[] {
  if (directory === 'writable' || directory === 'foreign') return []
  const cause = directory === 'missing' ? 'it is not there' : `it is empty, and ${user.name} may not write it`
  return [{ kind: 'make-directory', path, user: user.name, group: user.group, cause }]
}

function directoryLeft({ host, directory, user }: SetupObservation, { path }: SetupRequest): string[] {
  if (directory !== 'foreign') return []
  return [
    `${path} on ${host} has files, and ${user.name} may not write it: look whose they are, then \`sudo chown -R ${user.name} ${path}\` there.`,
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
  return envFile.keysToFill.map(
    (name) => `Give ${name} its value on ${host}: \`dray env ${environment} set ${name}\`.`,
  )
}

function needsRoot({ host, user }: SetupObservation, actions: readonly SetupAction[]): DrayError {
  return new DrayError('SETUP_NEEDS_ROOT', `${user.name} on ${host} cannot become root without a password.`, {
    hint: `On the server, as root: \`echo '${user.name} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/${user.name}\`, for the time of the set-up; or log in as root in dray.yml until then.`,
    details: { problems: actions.map(({ kind, cause }) => `${kind}: ${cause}`) },
  })
}
