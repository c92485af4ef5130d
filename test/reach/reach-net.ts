import { addHostPrograms, unpackHostPrograms } from '../support/images/field/host-programs.ts'
import { pushFieldImages } from '../support/images/field/field-images.ts'
import { prepareImages } from '../support/images/prepare.ts'
import type { TestServer } from '../support/net/server.ts'
import { startTestNet, type TestNet } from '../support/net/test-net.ts'
import { pushFrontImage, pushThirdImages } from './push-images.ts'

export type ReachNet = TestNet & { servers: readonly TestServer[] }

/** What apps are made of: the sample app, and nginx as a proxy. */
const used = ['acme/shop-backend:v1', 'library/nginx:alpine', 'library/nginx:1.22']

/** Starts a network with so many servers, and everything in its registry that apps of any shape are made of. */
export async function startReachNet(
  count: number,
  say: (line: string) => void,
): Promise<ReachNet & AsyncDisposable> {
  say(`starting ${count} servers, a client and a registry`)
  const names = Array.from({ length: count }, (_, index) => `srv${index + 1}`)
  const net = await startTestNet({ servers: Object.fromEntries(names.map((name) => [name, {}])) })
  try {
    const servers = names.map((name) => net.server(name))
    await pushReachImages(net, say)
    await unpackHostPrograms()
    for (const server of servers) await addHostPrograms(server)
    return { ...net, servers }
  } catch (error) {
    await net[Symbol.asyncDispose]()
    throw error
  }
}

/** Puts everything into a network's registry that apps of any shape are made of. */
export async function pushReachImages(net: TestNet, say: (line: string) => void = () => {}): Promise<void> {
  const { pushHost } = net.registry
  await prepareImages({ registryPushHost: pushHost, only: (name) => used.includes(name), onProgress: say })
  await pushFieldImages(pushHost)
  await pushThirdImages(pushHost)
  await pushFrontImage(pushHost)
}
