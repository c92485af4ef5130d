import { homedir } from 'node:os'
import { createCompose } from '../adapters/compose/compose-cli.ts'
import { createAppDirectory } from '../adapters/directory/app-directory.ts'
import { takeLock } from '../adapters/directory/lock.ts'
import { createEngine } from '../adapters/docker/engine-api.ts'
import { assertEngineSupported } from '../adapters/docker/engine-version.ts'
import { LocalShell } from '../adapters/host/local-shell.ts'
import type { Shell } from '../adapters/host/shell.ts'
import { SshShell } from '../adapters/host/ssh-shell.ts'
import { createProber } from '../adapters/http/prober.ts'
import { createCredentialStore, type CredentialStore } from '../adapters/registry/credentials.ts'
import { createRegistryClient, type RegistryClient } from '../adapters/registry/registry-client.ts'
import { createAppSource } from '../adapters/source/app-source.ts'
import { localHost } from '../config/deploy-config.ts'
import type { AppSource, TargetHost } from '../deploy/ports.ts'
import type { CliContext } from './context.ts'
import type { DeployInput } from './load-deploy.ts'

export type Targets = AsyncDisposable & {
  hosts: readonly TargetHost[]
  source: AppSource
  registry: RegistryClient
}

/**
 * The composition root of a deploy: connects to every host of the environment and builds what the deploy works with.
 * Throws what connecting throws; what was opened by then is closed.
 */
export async function connectTargets(input: DeployInput, context: CliContext): Promise<Targets> {
  const { config } = input
  const opened: AsyncDisposable[] = []
  const dispose = async (): Promise<void> => {
    await Promise.all(opened.map((it) => it[Symbol.asyncDispose]()))
  }
  try {
    const local = new LocalShell()
    opened.push(local)
    const connected = await Promise.all(
      config.environment.hosts.map(async (name) => {
        const shell = name === localHost ? local : new SshShell(name)
        if (shell !== local) opened.push(shell)
        await shell.connect(context.signal)
        return connectHost(shell, input, context)
      }),
    )
    const credentials = credentialStore(input, local)
    return {
      hosts: connected.map(({ host }) => host),
      source: createAppSource({
        directory: config.projectDirectory,
        composeFiles: config.environment.composeFiles,
        include: config.bundle.include,
      }),
      registry: createRegistryClient({
        credentials,
        insecure: new Set(
          Object.entries(config.registries).flatMap(([host, { insecure }]) => (insecure ? [host] : [])),
        ),
        mirrors: connected[0]?.mirrors ?? {},
        clock: context.clock,
      }),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function connectHost(
  shell: Shell,
  { config, values }: DeployInput,
  { clock }: CliContext,
): Promise<{ host: TargetHost; mirrors: Record<string, string> }> {
  const engine = createEngine(shell)
  const facts = await engine.engineFacts()
  assertEngineSupported(facts.version, shell.name)
  const { path } = config.environment
  const place = { shell, path, values: values.composeVariables }
  const host: TargetHost = {
    name: shell.name,
    engine,
    platform: facts,
    directory: createAppDirectory(place),
    compose: createCompose(place),
    prober: createProber(shell),
    lock: (holder, { waitMs, signal }) => takeLock({ shell, path, holder, waitMs, clock, signal }),
  }
  const [mirror] = facts.mirrors
  return { host, mirrors: mirror === undefined ? {} : { 'docker.io': mirror } }
}

function credentialStore({ config, values }: DeployInput, local: LocalShell): CredentialStore {
  return createCredentialStore({
    env: values.variables(),
    registries: config.registries,
    homeDirectory: homedir(),
    runCommand: (argv, options) => local.run(argv, options),
  })
}
