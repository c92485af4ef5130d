import { tmpdir } from 'node:os'
import { createCompose } from '../adapters/compose/compose-cli.ts'
import type { AppPlace } from '../adapters/directory/app-place.ts'
import { createAppDirectory } from '../adapters/directory/app-directory.ts'
import { takeLock } from '../adapters/directory/lock.ts'
import { createReleaseArchive } from '../adapters/directory/release-archive.ts'
import { createEngine, type DockerEngine } from '../adapters/docker/engine-api.ts'
import { assertEngineSupported, type EngineFacts } from '../adapters/docker/engine-version.ts'
import { LocalShell } from '../adapters/host/local-shell.ts'
import type { Shell } from '../adapters/host/shell.ts'
import { writeSshSecrets, type SshConfigFile } from '../adapters/host/ssh-secrets.ts'
import { SshShell } from '../adapters/host/ssh-shell.ts'
import { createProber } from '../adapters/http/prober.ts'
import { localHost } from '../config/deploy-config.ts'
import type { TargetHost } from '../deploy/ports.ts'
import type { ReleaseArchive } from '../deploy/release-archive.ts'
import type { CliContext } from './context.ts'
import type { EnvironmentInput } from './load-environment.ts'

/** A host that answers, with the parts that commands are built of. */
export type ConnectedHost = {
  name: string
  shell: Shell
  /** Where the app is there. */
  place: AppPlace
  engine: DockerEngine
  /** What its Engine says of itself, on its way. Rejects with the DOCKER_… codes of one that cannot be used. */
  facts: Promise<EngineFacts>
  /** The host as a deploy sees it. */
  target: TargetHost
  /** What it keeps for rollbacks. */
  archive: ReleaseArchive
}

export type ConnectedHosts = AsyncDisposable & {
  hosts: readonly ConnectedHost[]
  /** This machine. */
  local: LocalShell
}

/** Connects to every host of the environment. Throws what connecting throws; what was opened by then is closed. */
export async function connectHosts(input: EnvironmentInput, context: CliContext): Promise<ConnectedHosts> {
  const local = new LocalShell()
  const opened: AsyncDisposable[] = [local]
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
  }
  try {
    const secrets = await writeSecretsOf(context)
    if (secrets !== undefined) opened.push(secrets)
    const hosts = await Promise.all(
      input.config.environment.hosts.map(async (name) => {
        const shell = name === localHost ? local : new SshShell(name, { configFile: secrets?.path })
        if (shell !== local) opened.push(shell)
        await shell.connect(context.signal)
        return describeHost(shell, input, context)
      }),
    )
    return { hosts, local, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** What CI hands over as text; undefined where it hands over nothing. Throws SSH_SECRET_INVALID. */
async function writeSecretsOf({ env }: CliContext): Promise<SshConfigFile | undefined> {
  const { DRAY_SSH_KEY: key, DRAY_SSH_KNOWN_HOSTS: knownHosts, RUNNER_TEMP: runnerTemp } = env
  if (key === undefined && knownHosts === undefined) return undefined
  return writeSshSecrets({ key, knownHosts }, runnerTemp ?? tmpdir())
}

/** What a host's Engine says of itself takes four round trips: lock and directory are asked for meanwhile. */
function describeHost(
  shell: Shell,
  { config, values }: EnvironmentInput,
  { clock }: CliContext,
): ConnectedHost {
  const engine = createEngine(shell)
  const facts = engine.engineFacts().then((answer) => {
    assertEngineSupported(answer.version, shell.name)
    return answer
  })
  // Who needs it meets its failure; when the lock is refused before, nobody does.
  facts.catch(() => undefined)
  const { path } = config.environment
  const place: AppPlace = { shell, path, values: values.composeVariables }
  const target: TargetHost = {
    name: shell.name,
    engine,
    platform: facts,
    directory: createAppDirectory(place),
    compose: createCompose(place),
    prober: createProber(shell),
    lock: (holder, { waitMs, signal }) => takeLock({ shell, path, holder, waitMs, clock, signal }),
  }
  return { name: shell.name, shell, place, engine, facts, target, archive: createReleaseArchive(place) }
}
