import { createCompose } from '../../adapters/compose/compose-cli.ts'
import { createServerValues } from '../../adapters/compose/server-values.ts'
import type { AppPlace } from '../../adapters/directory/app-place.ts'
import { createAppDirectory } from '../../adapters/directory/app-directory.ts'
import { takeLock } from '../../adapters/directory/lock/lock.ts'
import { createReleaseArchive } from '../../adapters/directory/release-archive.ts'
import { createEngine, type DockerEngine } from '../../adapters/docker/engine-api.ts'
import { assertEngineSupported, type EngineObservation } from '../../adapters/docker/engine-version.ts'
import type { CommandRunner } from '../../adapters/host/command-runner.ts'
import { createProber } from '../../adapters/http/prober.ts'
import { createPortForwarder } from '../../adapters/ports/port-forwarder.ts'
import { createStack } from '../../adapters/swarm/stack-cli.ts'
import { listPublicNames } from '../../config/list-public-names.ts'
import type { TargetHost } from '../../deploy/model/ports.ts'
import type { ReleaseArchive } from '../../deploy/releases/release-archive.ts'
import { joinFailures } from '../../deploy/model/on-each-host.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { NonEmpty } from '../../shared/non-empty.ts'
import { addSecrets } from '../../shared/secrets/add-secrets.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import { connectEach, type Connected } from './connect-each.ts'
import type { CliContext } from './context.ts'
import type { EnvironmentInput } from './load-environment.ts'

/** A connected host, with the parts that commands use. */
export type ConnectedHost = {
  name: string
  runner: CommandRunner
  /** The app's directory on it. */
  place: AppPlace
  engine: DockerEngine
  /** Its Engine. Rejects with a DOCKER_… code if the Engine cannot be used. */
  engineObservation: Promise<EngineObservation>
  /** The host as the target of a deploy. */
  target: TargetHost
  /** Its archived releases. */
  archive: ReleaseArchive
}

/** Connects to every host of the environment. Throws the errors of connecting, after closing every open connection. */
export function connectHosts(
  input: EnvironmentInput,
  context: CliContext,
): Promise<Connected<ConnectedHost>> {
  const { hosts } = input.config.environment
  return connectEach(hosts, context, (runner) => describeHost(runner, input, context))
}

/**
 * Connects to the hosts that answer. `onFailure` is called with the failure of each other one; if no host answers, theirs are
 * thrown.
 */
export async function connectReachable(
  input: EnvironmentInput,
  context: CliContext,
  onFailure: (error: DrayError) => void,
): Promise<AsyncDisposable & { hosts: NonEmpty<ConnectedHost> }> {
  const { environment } = input.config
  const attempts = await Promise.allSettled(
    environment.hosts.map((host) => {
      const config = { ...input.config, environment: { ...environment, hosts: [host] as const } }
      return connectHosts({ ...input, config }, context)
    }),
  )
  const connected = attempts.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : []))
  const dispose = async (): Promise<void> => {
    await Promise.all(connected.map((it) => it[Symbol.asyncDispose]()))
  }
  const failures = attempts.flatMap((it) => (it.status === 'rejected' ? [it.reason as unknown] : []))
  const [first, ...more] = connected.map(({ hosts: [host] }) => host)
  const fatal = failures.find((it) => !(it instanceof DrayError))
  if (first === undefined || fatal !== undefined || context.signal.aborted) {
    await dispose()
    throw fatal ?? joinFailures(failures)
  }
  for (const failure of failures) if (failure instanceof DrayError) onFailure(failure)
  return { hosts: [first, ...more], [Symbol.asyncDispose]: dispose }
}

/**
 * Creates the parts for a connected host. Observing the Engine takes four round trips; lock and directory do not wait
 * for it.
 */
export function describeHost(
  runner: CommandRunner,
  { config, values }: EnvironmentInput,
  { clock, secrets }: CliContext,
): ConnectedHost {
  const publicNames = listPublicNames(config)
  const onSecrets = (found: readonly Secret[]): void => {
    addSecrets(
      secrets,
      found.filter((secret) => !publicNames.has(secret.reveal())),
    )
  }
  const { path, roles } = config.environment
  const services = roles[runner.name]
  const serverValues = createServerValues({ runner, path, onSecrets })
  const place: AppPlace = {
    runner,
    path,
    values: values.composeVariables,
    onSecrets,
    serverValues,
    engine: config.environment.engine,
  }
  const engine = createEngine(runner, { onSecrets, readMask: serverValues.readMask })
  const engineObservation = engine.observeEngine().then((answer) => {
    assertEngineSupported(answer.version, runner.name)
    return answer
  })
  // A rejection is handled where the observation is used; it must not be unhandled if the lock is refused first.
  engineObservation.catch(() => undefined)
  const imageStore = engineObservation.then((answer) => answer.imageStore)
  imageStore.catch(() => undefined)
  const cpus = engineObservation.then((answer) => answer.cpus)
  cpus.catch(() => undefined)
  const target: TargetHost = {
    name: runner.name,
    ...(services && { services }),
    engine,
    platform: engineObservation,
    imageStore,
    cpus,
    directory: createAppDirectory(place),
    compose: createCompose(place),
    prober: createProber(runner),
    forwarder: createPortForwarder(runner),
    ...(config.environment.engine === 'swarm' && {
      swarm: { cluster: engine.cluster, stack: createStack(place, engine.cluster) },
    }),
    lock: (holder, { waitMs, signal }) => takeLock({ runner, path, holder, waitMs, clock, signal }),
  }
  return {
    name: runner.name,
    runner,
    place,
    engine,
    engineObservation,
    target,
    archive: createReleaseArchive(place),
  }
}
