import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { startTestNet } from './test-net.ts'

type ImagePreparation = { prepareImages(net: { registryPushHost: string }): Promise<unknown> }

/** Starts one network for all e2e tests, with the base images and the sample app's in its registry. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const net = await startTestNet()
  try {
    const preparation = fileURLToPath(new URL('../images/prepare.ts', import.meta.url))
    if (existsSync(preparation)) {
      const { prepareImages } = (await import(preparation)) as ImagePreparation
      await prepareImages({ registryPushHost: net.registry.pushHost })
    }
    project.provide('testNet', net.facts)
  } catch (error) {
    await net[Symbol.asyncDispose]()
    throw error
  }
  return async () => net[Symbol.asyncDispose]()
}
