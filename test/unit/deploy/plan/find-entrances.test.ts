import { expect, test } from 'vitest'
import type { Container } from '../../../../src/deploy/model/container.ts'
import type { ProbeAnswer } from '../../../../src/deploy/model/prober.ts'
import { findEntrances } from '../../../../src/deploy/plan/find-entrances.ts'
import { fakeApp, fakeService } from '../../../support/fake-app.ts'

type Seen = Partial<Pick<Container, 'publishedPorts' | 'state' | 'oneOff'>>

async function entrancesOf(seen: readonly Seen[], ports: readonly string[]) {
  const asked: string[] = []
  const answers: Record<string, ProbeAnswer> = {
    'http://localhost:80/': { status: 200 },
    'http://localhost:443/': { status: 400 },
    'http://localhost:8080/': { status: 502 },
    'http://localhost:5432/': { error: 'not HTTP' },
  }
  const containers = seen.map(
    (it) => ({ publishedPorts: [], state: 'running', oneOff: false, ...it }) as unknown as Container,
  )
  const entrances = await findEntrances(
    containers,
    fakeApp([fakeService('web', { publishedPorts: ports })]),
    {
      get: async (url) => {
        asked.push(url)
        return answers[url] ?? { error: 'refused' }
      },
      listens: async () => 'unknown',
    },
  )
  return { asked, urls: entrances.map(({ url }) => url) }
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
  expect(await entrancesOf([seen], ports)).toEqual({ asked: [], urls: [] })
})
