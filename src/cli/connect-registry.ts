import { homedir } from 'node:os'
import { LocalShell } from '../adapters/host/local-shell.ts'
import { createCredentialStore } from '../adapters/registry/credentials.ts'
import { createRegistryClient, type RegistryClient } from '../adapters/registry/registry-client.ts'
import type { CliContext } from './context.ts'
import type { ConnectedHost } from './connect-hosts.ts'
import type { EnvironmentInput } from './load-environment.ts'

export type ConnectedRegistry = AsyncDisposable & { client: RegistryClient }

/**
 * The client of the environment's registries, with the logins of this machine. Docker Hub is asked through the mirror that
 * the first host's Engine uses, which may still be on its way. Makes no connection but to greet the app's registry.
 */
export function connectRegistry(
  { config, values }: EnvironmentInput,
  { clock }: CliContext,
  hosts: Promise<readonly ConnectedHost[]>,
): ConnectedRegistry {
  const local = new LocalShell()
  // Who asks for an image meets its failure; when no host answers, nobody does.
  hosts.catch(() => undefined)
  const client = createRegistryClient({
    credentials: createCredentialStore({
      env: values.variables(),
      registries: config.registries,
      homeDirectory: homedir(),
      runCommand: (argv, options) => local.run(argv, options),
    }),
    insecure: new Set(
      Object.entries(config.registries).flatMap(([host, { insecure }]) => (insecure ? [host] : [])),
    ),
    mirrors: async () => mirrorsOf((await hosts)[0]),
    clock,
  })
  const greeting = new AbortController()
  const own = config.registry?.host
  // Node's `fetch` takes its time to load, and ssh can be on its way meanwhile.
  if (own !== undefined) {
    void clock.sleep(0, greeting.signal).then(
      () => client.greet(own, greeting.signal),
      () => undefined,
    )
  }
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      greeting.abort()
      await local[Symbol.asyncDispose]()
    },
  }
}

async function mirrorsOf(host: ConnectedHost | undefined): Promise<Record<string, string>> {
  const [mirror] = (await host?.facts)?.mirrors ?? []
  return mirror === undefined ? {} : { 'docker.io': mirror }
}
