import type { TestProject } from 'vitest/node'
import { prepareImages } from '../images/prepare.ts'
import { startTestNet, type TestNet } from './test-net.ts'

/** As many as test files run side by side: `maxWorkers` in vitest.config.ts. */
const networkCount = 3

/** Starts the networks of the e2e tests, with the base images and the sample app's in their registries. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const nets: (TestNet & AsyncDisposable)[] = []
  const takeDown = async () => {
    await Promise.all(nets.map((net) => net[Symbol.asyncDispose]()))
  }
  try {
    while (nets.length < networkCount) nets.push(await startTestNet())
    for (const net of nets) await prepareImages({ registryPushHost: net.registry.pushHost })
    project.provide(
      'testNets',
      nets.map((net) => net.facts),
    )
  } catch (error) {
    await takeDown()
    throw error
  }
  return takeDown
}
