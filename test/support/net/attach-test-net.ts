import { inject } from 'vitest'
import type { TestNetFacts } from './net-facts.ts'
import { openTestNet, type TestNet } from './test-net.ts'

declare module 'vitest' {
  interface ProvidedContext {
    testNets: readonly TestNetFacts[]
  }
}

/** One of the networks that global-setup.ts started: that of this worker, so that no other test file is in it meanwhile. */
export function attachTestNet(): TestNet {
  const nets = inject('testNets')
  const facts = nets[(Number(process.env['VITEST_POOL_ID'] ?? 1) - 1) % nets.length]
  if (facts === undefined) throw new Error('The e2e tests were started without their networks.')
  return openTestNet(facts)
}
