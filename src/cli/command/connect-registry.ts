import { homedir } from 'node:os'
import { LocalRunner } from '../../adapters/host/local-runner.ts'
import { createCredentialStore } from '../../adapters/registry/credentials.ts'
import { createRegistryClient, type RegistryClient } from '../../adapters/registry/registry-client.ts'
import type { CliContext } from './context.ts'
import type { ConnectedHost } from './connect-hosts.ts'
import type { EnvironmentInput } from './load-environment.ts'

export type ConnectedRegistry = AsyncDisposable & { client: RegistryClient }

/**
 * The client for the environment's registries, with the logins of this machine. For Docker Hub it uses the mirror of the
 * first host's Engine, once that is known. Does not connect.
 */
export function connectRegistry(
  { config, values }: EnvironmentInput,
  context: CliContext,
  hosts: Promise<readonly ConnectedHost[]>,
): ConnectedRegistry {
  const local = new LocalRunner()
  // A rejection is handled where an image is requested; it must not be unhandled otherwise.
  hosts.catch(() => undefined)
  const client = createRegistryClient({
    credentials: createCredentialStore({
      env: values.variables(),
      secretOf: (name) => values.secret(name),
      registries: config.registries,
      homeDirectory: homedir(),
      runCommand: (argv, options) => local.run(argv, options),
    }),
    insecure: new Set(
      Object.entries(config.registries).flatMap(([host, { insecure }]) => (insecure ? [host] : [])),
    ),
    mirrorOf: (registry) => (registry === 'docker.io' ? hubMirrorOf(hosts) : undefined),
    clock: context.clock,
    onForeignService: ({ registry, service }) =>
      (context.reportWarning ?? context.reportInterrupt)(
        `The login for ${registry} is sent to ${service}, which ${registry} names as its token service, and which is in another domain. If it does not belong to ${registry}, change the password.`,
      ),
  })
  return { client, [Symbol.asyncDispose]: () => local[Symbol.asyncDispose]() }
}

async function hubMirrorOf(hosts: Promise<readonly ConnectedHost[]>): Promise<string | undefined> {
  const [host] = await hosts
  return (await host?.engineObservation)?.mirrors[0]
}
