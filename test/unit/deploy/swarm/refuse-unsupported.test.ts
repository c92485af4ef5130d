import { expect, test } from 'vitest'
import type { StackReview } from '../../../../src/deploy/model/cluster.ts'
import { refuseLargeConfigs } from '../../../../src/deploy/swarm/refuse-unsupported.ts'

const review = { configFiles: [{ config: 'site', path: 'site.conf' }] } as unknown as StackReview
const refuse = (bytes: number) =>
  refuseLargeConfigs(review, [{ path: 'site.conf', content: new Uint8Array(bytes) }], 'm1')

test('a config that Swarm does not store is refused', () => {
  refuse(1)
  refuse(1000 * 1024 - 1)
  expect(() => refuse(1000 * 1024)).toThrow(
    expect.objectContaining({
      code: 'STACK_UNSUPPORTED',
      message: 'The compose file has `configs.site`, which a stack on m1 cannot have.',
    }) as Error,
  )
  expect(() => refuse(0)).toThrow(expect.objectContaining({ code: 'STACK_UNSUPPORTED' }) as Error)
})
