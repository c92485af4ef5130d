import { mkdtemp, rm } from 'node:fs/promises'
import { prepareImages } from '../test/support/images/prepare.ts'
import type { TestServer } from '../test/support/net/server.ts'
import { startTestNet, type TestNet } from '../test/support/net/test-net.ts'

/** What everything here is measured on: one server, a client and a registry, all on this machine. */
export type BenchNetwork = {
  net: TestNet
  server: TestServer
  /** On the client: where deploys over SSH start. Outside the clone, which would be taken for the app's repository. */
  clientDirectory: string
  /** Where docker-rollout lies on this machine; undefined when it was not given. */
  rollout: string | undefined
}

/** Starts the network with the sample app's images in its registry. */
export async function startBenchNetwork(
  rollout: string | undefined,
  say: (line: string) => void,
): Promise<BenchNetwork & AsyncDisposable> {
  say('starting a server, a client and a registry')
  const net = await startTestNet({ servers: { srv1: {} } })
  try {
    await prepareImages({ registryPushHost: net.registry.pushHost, onProgress: say })
    // Of this machine's directories the client has /tmp and the clone.
    const clientDirectory = await mkdtemp('/tmp/dray-bench-')
    return {
      net,
      server: net.server('srv1'),
      clientDirectory,
      rollout,
      async [Symbol.asyncDispose]() {
        await rm(clientDirectory, { recursive: true, force: true })
        await net[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await net[Symbol.asyncDispose]()
    throw error
  }
}
