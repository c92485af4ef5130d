import { createRegistryClient } from '../../src/adapters/registry/registry-client.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { Secret } from '../../src/shared/secrets/secret.ts'
import { startFakeRegistry, type Manners } from '../support/fake-registry.ts'
import { registryContract, type RegistrySubject } from './registry-contract.ts'

for (const manners of ['ghcr', 'hub', 'basic', 'open'] satisfies Manners[]) {
  registryContract(`a registry with the manners of ${manners}`, () => makeSubject(manners))
}

async function makeSubject(manners: Manners): Promise<RegistrySubject> {
  const registry = await startFakeRegistry({
    manners,
    passwords: ['right'],
    tagsPerPage: 2,
    redirectBlobs: true,
  })
  const credentials = () => Promise.resolve({ username: 'ci', password: new Secret('right') })
  const client = createRegistryClient({ credentials, insecure: new Set(), clock: systemClock })
  return {
    host: registry.host,
    client,
    push: (...image) => {
      registry.push(...image)
      return Promise.resolve()
    },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  }
}
