import { createRegistryClient } from '../../../src/adapters/registry/registry-client.ts'
import { systemClock } from '../../../src/shared/clock.ts'
import { registryContract } from '../../contract/registry-contract.ts'
import { pushImage } from '../../support/registry-push.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const host = attachTestNet().registry.pushHost

registryContract("Docker's own registry", () => {
  const client = createRegistryClient({
    credentials: () => Promise.resolve(undefined),
    insecure: new Set(),
    clock: systemClock,
  })
  return Promise.resolve({
    host,
    client,
    push: (...image) => pushImage({ baseUrl: `http://${host}` }, ...image),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  })
})
