import { expect, test } from 'vitest'
import { fakeApp, fakeProxy, fakeService, withTag } from '../../../../support/fake-app.ts'
import { FakeWorld } from '../../../../support/fake-deploy.ts'

const shop = fakeApp([fakeService('api'), fakeProxy({ dependsOn: [] })])

const row = (flags: string, path: string): string =>
  `0000000000000000: 00000002 00000000 ${flags} 0001 01 51234 ${path}\n`
const listening = (path: string): string =>
  `Num       RefCount Protocol Flags    Type St Inode Path\n${row('00000000', '')}${row('00010000', path)}`

/** A world where release r1 runs with a volume, and v2 is wanted. */
async function upgraded(sockets: string): Promise<FakeWorld> {
  const world = new FakeWorld(shop)
  await world.deploy()
  for (const { id, service } of world.host.containers.all)
    if (service === 'api') world.host.containers.change(id, { mountPoints: ['/run/app/'] })
  world.host.sockets = sockets
  world.app = withTag(shop, 'v2')
  return world
}

test.each(['/run/app/app.sock', '/var/run/app/web/app.sock'])(
  'a service that listens on %s, on a volume, is recreated',
  async (path) => {
    const { steps, warnings } = await (await upgraded(listening(path))).plan()
    const why = `it listens on the unix socket ${path}, on a volume that two containers would share`
    expect(steps.find(({ kind }) => kind === 'recreate-services')?.cause).toBe(
      `new image; not rolled: ${why}`,
    )
    expect(warnings).toContain(`api is briefly unavailable: ${why}.`)
  },
)

test.each([
  ['is on no volume', listening('/tmp/app.sock')],
  ['is beside the volume', listening('/run/application.sock')],
  ['is only connected', row('00000000', '/run/app/app.sock')],
  ['has no path', listening('@app')],
])('a socket that %s is no obstacle', async (_, sockets) => {
  const { steps } = await (await upgraded(sockets)).plan()
  expect(steps.map(({ kind }) => kind)).toContain('start-beside')
})
