import type { RegistryClient } from '../adapters/registry/registry-client.ts'
import { createAppSource } from '../adapters/source/app-source.ts'
import type { AppSource, TargetHost } from '../deploy/ports.ts'
import { connectHosts } from './connect-hosts.ts'
import { connectRegistry } from './connect-registry.ts'
import type { CliContext } from './context.ts'
import type { EnvironmentInput } from './load-environment.ts'

export type Targets = AsyncDisposable & {
  hosts: readonly TargetHost[]
  source: AppSource
  registry: RegistryClient
}

/**
 * The composition root of a deploy: connects to every host of the environment and to the registry, side by side, and builds
 * what the deploy works with. Throws what connecting throws; what was opened by then is closed.
 */
export async function connectTargets(input: EnvironmentInput, context: CliContext): Promise<Targets> {
  const connecting = connectHosts(input, context)
  const registry = connectRegistry(
    input,
    context,
    connecting.then(({ hosts }) => hosts),
  )
  try {
    const connected = await connecting
    return {
      hosts: connected.hosts.map(({ target }) => target),
      source: appSource(input),
      registry: registry.client,
      [Symbol.asyncDispose]: async () => {
        await Promise.all([registry, connected].map((it) => it[Symbol.asyncDispose]()))
      },
    }
  } catch (error) {
    await registry[Symbol.asyncDispose]()
    throw error
  }
}

/** The app's files on this machine. */
export function appSource({ config }: EnvironmentInput): AppSource {
  return createAppSource({
    directory: config.projectDirectory,
    composeFiles: config.environment.composeFiles,
    include: config.bundle.include,
    exclude: config.bundle.exclude,
  })
}
