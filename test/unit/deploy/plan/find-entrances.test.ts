import { expect, test } from 'vitest'
import type { Container } from '../../../../src/deploy/model/container.ts'
import type { ProbeAnswer } from '../../../../src/deploy/model/prober.ts'
import { findEntrances } from '../../../../src/deploy/plan/observe/find-entrances.ts'
import { fakeApp, fakeService } from '../../../support/fake-app.ts'

type Seen = Partial<Pick<Container, 'publishedPorts' | 'portAddresses' | 'state' | 'oneOff'>>

async function entrancesOf(seen: readonly Seen[], ports: readonly string[]) {
  const asked: string[] = []
  const answers: Record<string, ProbeAnswer> = {
    'http://localhost:80/': { status: 200 },
    'http://localhost:443/': { status: 400 },
    'http://localhost:8080/': { status: 502 },
    'http://localhost:8081/': { status: 503 },
    'http://10.0.0.5:81/': { status: 404 },
    'http://localhost:5432/': { error: 'not HTTP' },
  }
  const containers = seen.map(
    (it) => ({ publishedPorts: [], state: 'running', oneOff: false, ...it }) as unknown as Container,
  )
  const { entrances, silentPorts } = await findEntrances(
    containers,
    fakeApp([fakeService('web', { publishedPorts: ports })]),
    {
      prober: {
        get: async (url, _timeoutMs, { fromHost } = {}) => {
          asked.push(fromHost ? `${url} from the host` : url)
          return answers[url] ?? { error: 'refused' }
        },
        listens: async () => 'unknown',
        lookUp: async () => [],
        networkTables: async () => new Map(),
        connections: async () => '',
      },
      domains: [],
    },
  )
  return { asked, entrances, silentPorts, urls: entrances.map(({ url }) => url) }
}

test('a port that answers HTTP is an entrance, also with a refusal, and no other', async () => {
  const ports = [5432, 8080, 443, 80]
  const { urls } = await entrancesOf([{ publishedPorts: ports }], ports.map(String))
  expect(urls).toEqual(['http://localhost:80/', 'http://localhost:443/'])
})

test('two containers behind one port are asked once', async () => {
  const { asked } = await entrancesOf([{ publishedPorts: [80] }, { publishedPorts: [80] }], ['80'])
  expect(asked).toEqual(['http://localhost:80/'])
})

test.each<[string, Seen, readonly string[]]>([
  ['of a container that does not run', { publishedPorts: [80], state: 'exited' }, ['80']],
  ['of a one-off container', { publishedPorts: [80], oneOff: true }, ['80']],
  ['that the app does not publish any more', { publishedPorts: [80] }, ['8000']],
])('a port %s is not asked', async (_kind, seen, ports) => {
  expect(await entrancesOf([seen], ports)).toMatchObject({ asked: [], urls: [], silentPorts: [] })
})

test('a server error is what a port may answer after the deploy, unless it says that the app is down', async () => {
  const { entrances } = await entrancesOf([{ publishedPorts: [8080, 8081] }], ['8080', '8081'])
  expect(entrances).toEqual([{ url: 'http://localhost:8081/', below: 500, orStatus: 503 }])
})

test('a port that answers no HTTP is reported with the reason', async () => {
  const { silentPorts } = await entrancesOf([{ publishedPorts: [5432] }], ['5432'])
  expect(silentPorts).toEqual([{ url: 'http://localhost:5432/', error: 'not HTTP' }])
})

test('a port on one address is requested there, from the host', async () => {
  const seen = { publishedPorts: [81], portAddresses: { 81: '10.0.0.5' } }
  const { asked, entrances } = await entrancesOf([seen], ['81'])
  expect(asked).toEqual(['http://10.0.0.5:81/ from the host'])
  expect(entrances).toEqual([{ url: 'http://10.0.0.5:81/', below: 500, fromHost: true }])
})
