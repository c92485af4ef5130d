import { inject } from 'vitest'
import type { TestNetFacts } from './net-facts.ts'
import { openTestNet, type TestNet } from './test-net.ts'

declare module 'vitest' {
  interface ProvidedContext {
    testNet: TestNetFacts
  }
}

/** The network that global-setup.ts started for this run of the e2e tests. */
export function attachTestNet(): TestNet {
  return openTestNet(inject('testNet'))
}
