import { beforeAll, describe, expect, test } from 'vitest'
import { pushReachImages } from '../../reach/reach-net.ts'
import { runShape, type ShapeResult } from '../../reach/run-shape.ts'
import type { Shape } from '../../reach/shape.ts'
import { lostOf } from '../../reach/count-outcomes.ts'
import { reasonsOf } from '../../reach/render-reach.ts'
import { attachTestNet } from '../../support/net/attach-test-net.ts'

const net = attachTestNet()
const check = { healthcheck: 'exec', interval: '2s' }
const port = (published: string, target: string) => [{ host: 'public', published, target }]

/** One that keeps every request, and one that cannot: other files try the other kinds of proxies and services. */
const shapes: readonly Shape[] = [
  {
    id: 'short1',
    proxy: 'caddy',
    services: [
      { name: 'app1', role: 'own', proxied: 'service', restart: 'unless-stopped', ...check },
      { name: 'caddy1', role: 'caddy', ports: port('8161', '80'), volumes: ['bind', 'named'] },
    ],
  },
  {
    id: 'short2',
    proxy: 'port',
    services: [{ name: 'app1', role: 'own', ports: port('8163', '8000'), ...check }],
  },
]
const results = new Map<string, ShapeResult>()

beforeAll(async () => {
  await pushReachImages(net)
  const waiting = [...shapes]
  await Promise.all(
    ['srv1', 'srv2'].map(async (name) => {
      for (let shape = waiting.shift(); shape !== undefined; shape = waiting.shift())
        results.set(shape.id, await runShape(shape, { net, server: net.server(name) }))
    }),
  )
})

describe.each(shapes.map(({ id, proxy }) => [id, proxy] as const))('%s, %s', (id) => {
  test('every exit code is true, and lost requests are counted', () => {
    const result = results.get(id)!
    expect({ ...result, reasons: reasonsOf(result) }).toMatchObject({
      verdict: expect.stringMatching(/lossless|lost/),
      phases: [
        { phase: 'adopt', exitCode: 0, served: 'v1' },
        { phase: 'deploy', exitCode: 0, served: 'v2', changedByHand: [] },
        { phase: 'broken', exitCode: 1, served: 'v2' },
        { phase: 'rollback', exitCode: 0, served: 'v1' },
      ],
    })
    expect(Math.min(...result.phases.map(({ requests }) => requests))).toBeGreaterThan(50)
  })
})

test.each([
  ['short1', 'behind a proxy', 0],
  ['short2', 'at a published port', 1],
])('%s: a release %s, and the way back, lose as many requests as they must', (id, _where, least) => {
  const phases = results.get(id)!.phases.filter(({ phase }) => phase !== 'adopt')
  const lost = phases.map(({ counts }) => Math.min(least, lostOf(counts)))
  expect(lost).toEqual([least, least, least])
})
