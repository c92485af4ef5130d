import { homedir } from 'node:os'
import { LocalRunner } from '../../adapters/host/local-runner.ts'
import { createCredentialStore } from '../../adapters/registry/credentials.ts'
import { createRegistryClient, type RegistryClient } from '../../adapters/registry/registry-client.ts'
import type { CliContext } from './context.ts'
import type { ConnectedHost } from './connect-hosts.ts'
import type { EnvironmentInput } from './load-environment.ts'

export type ConnectedRegistry = AsyncDisposable & { client: RegistryClient }

/**
 * The client of the environment's registries, with the logins of this machine. Docker Hub is asked through the mirror that
 * the first host's Engine uses, which may still be on its way. Makes no connection.
 */
export function connectRegistry(
  { config, values }: EnvironmentInput,
  { clock }: CliContext,
  hosts: Promise<readonly ConnectedHost[]>,
): ConnectedRegistry {
  const local = new LocalRunner()
  // Who asks for an image meets its failure; when no host answers, nobody does.
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
    clock,
  })
  return { client, [Symbol.asyncDispose]: () => local[Symbol.asyncDispose]() }
}

async function hubMirrorOf(hosts: Promise<readonly ConnectedHost[]>): Promise<string | undefined> {
  const [host] = await hosts
  return (await host?.facts)?.mirrors[0]
}
