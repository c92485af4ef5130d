import { describe, expect, test } from 'vitest'
import type { Container } from '../../../../../src/deploy/model/container.ts'
import { findProxies } from '../../../../../src/deploy/plan/proxies/find-proxies.ts'
import { observeHaproxy } from '../../../../../src/deploy/plan/proxies/observe-haproxy.ts'
import { fakeApp, fakeDesired, fakeProxy, fakeResolved } from '../../../../support/fake-app.ts'

const container = { id: 'c', service: 'web', state: 'running', oneOff: false, command: ['haproxy'] }

const observe = (exitCode: number, output: string) =>
  observeHaproxy(container as unknown as Container, { exec: async () => ({ exitCode, output }) })

async function proxyOf(exitCode: number, output: string) {
  const [proxy] = findProxies({
    app: fakeApp([{ ...fakeProxy({ image: 'haproxy:2.6' }), name: 'web' }]),
    desired: fakeDesired(),
    containers: [container as unknown as Container],
    neighbours: [],
    processes: new Map(),
    caddies: new Map(),
    shells: new Set(),
    haproxies: new Map([['c', await observe(exitCode, output)]]),
    nginxes: new Map(),
    traefiks: new Map(),
    resolved: new Map([['web', fakeResolved('haproxy:2.6')]]),
  })
  return proxy
}

test('HAProxy in master-worker mode is switched', async () => {
  expect(await proxyOf(0, 'master\n')).toEqual({
    service: 'web',
    kind: 'haproxy',
    cause: 'haproxy runs in its container',
    obstacle: undefined,
    canReload: true,
  })
})

describe('HAProxy cannot be switched', () => {
  test.each([
    ['alone\n', 'it does not run in master-worker mode (`-W`), so it cannot reload', false],
    ['master\nresolvers\n', 'it looks up its servers on its own (`resolvers`)', true],
    ['master\nstate-file\n', 'it restores its servers from a file (`load-server-state-from-file`)', true],
  ])('%j', async (output, obstacle, canReload) => {
    expect(await proxyOf(0, output)).toMatchObject({ obstacle, canReload })
  })

  test.each([4, 127])('if its configuration cannot be read: exit code %i', async (exitCode) => {
    expect(await observe(exitCode, 'cat: no such file')).toBeUndefined()
    const obstacle = 'dray cannot read its configuration'
    expect(await proxyOf(exitCode, '')).toMatchObject({ obstacle, canReload: false })
  })
})
