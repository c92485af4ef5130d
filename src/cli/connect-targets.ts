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
    const connecting = Promise.all(
      config.environment.hosts.map(async (name) => {
        const shell = name === localHost ? local : new SshShell(name)
        if (shell !== local) opened.push(shell)
        await shell.connect(context.signal)
        return connectHost(shell, input, context)
      }),
    )
    const registry = createRegistryClient({
      credentials: credentialStore(input, local),
      insecure: new Set(
        Object.entries(config.registries).flatMap(([host, { insecure }]) => (insecure ? [host] : [])),
      ),
      mirrors: async () => (await connecting)[0]?.mirrors ?? {},
      clock: context.clock,
    })
    if (config.registry !== undefined) {
      const greeting = new AbortController()
      opened.push({ [Symbol.asyncDispose]: async () => greeting.abort() })
      void registry.greet(config.registry.host, greeting.signal)
    }
    const connected = await connecting
    return {
      hosts: connected.map(({ host }) => host),
      source: createAppSource({
        directory: config.projectDirectory,
        composeFiles: config.environment.composeFiles,
        include: config.bundle.include,
        exclude: config.bundle.exclude,
      }),
      registry,
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** What a host's Engine says of itself takes four round trips: lock and directory are asked for meanwhile. */
function connectHost(
  shell: Shell,
  { config, values }: DeployInput,
  { clock }: CliContext,
): { host: TargetHost; mirrors: Promise<Record<string, string>> } {
  const engine = createEngine(shell)
  const facts = engine.engineFacts().then((answer) => {
    assertEngineSupported(answer.version, shell.name)
    return answer
  })
  // Who needs it meets its failure; when the lock is refused before, nobody does.
  facts.catch(() => undefined)
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
  const mirrors = facts.then(({ mirrors: [mirror] }): Record<string, string> =>
    mirror === undefined ? {} : { 'docker.io': mirror },
  )
  mirrors.catch(() => undefined)
  return { host, mirrors }
}

function credentialStore({ config, values }: DeployInput, local: LocalShell): CredentialStore {
  return createCredentialStore({
    env: values.variables(),
    registries: config.registries,
    homeDirectory: homedir(),
    runCommand: (argv, options) => local.run(argv, options),
  })
}
