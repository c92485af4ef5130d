import { fakeApp, fakeProxy, fakeService, withTag } from './fake-app.ts'
import { FakeWorld } from './fake-deploy.ts'

export const shop = fakeApp([fakeService('backend'), fakeProxy()])

/** A world where v1 of the shop runs, and v2 is what the next deploy brings. */
export async function shopAtV1(hostNames?: readonly string[], app = shop): Promise<FakeWorld> {
  const world = new FakeWorld(app, hostNames)
  await world.deploy()
  world.app = withTag(app, 'v2')
  for (const host of world.hosts) world.takeLog(host)
  world.events.splice(0)
  for (const host of world.hosts) host.journal.splice(0)
  return world
}

/** Lines of the journal of a host: event, kind of step, outcome. */
export function journalLines({ host }: FakeWorld): string[] {
  return host.journal.map(({ event, ...entry }) =>
    [event, entry['kind'], entry['outcome'], entry['code']].filter((it) => typeof it === 'string').join(' '),
  )
}
