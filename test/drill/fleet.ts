import { specCompose } from '../support/app/spec-compose.ts'
import { TestApp } from '../support/app/test-app.ts'
import type { TestNet } from '../support/net/test-net.ts'
import { lookForLeftovers, type Leftovers } from './check-after.ts'
import { firstTag } from './stage.ts'

/** The same app on a server, and what the server held when it was first in place. */
export type FleetMember = { app: TestApp; before: Leftovers }

/** The first one's directory on the client is deployed from, to all. */
export type Fleet = { members: readonly [FleetMember, ...FleetMember[]] }

/** The specification's app on the servers srv1, srv2 and so on of the network, with its first version in place. */
export async function makeFleet(net: TestNet, count: number): Promise<AsyncDisposable & Fleet> {
  const servers = fleetNames(count).map((name) => net.server(name))
  const [one, ...others] = servers
  if (one === undefined) throw new Error('A fleet has a host.')
  const shared = { net, name: 'fleet', files: { 'docker-compose.yml': specCompose(80) } }
  const rest = await Promise.all(others.map((server) => TestApp.make({ ...shared, server })))
  const first = await TestApp.make({
    ...shared,
    server: one,
    config: {
      tasks: { migrate: { service: 'backend', run: ['npm', 'run', 'migrate'], when: 'before' } },
      keep: 2,
    },
    environment: { host: undefined, hosts: servers.map(({ sshTarget }) => sshTarget) },
  })
  await first.mustDeploy(firstTag)
  const asMember = async (app: TestApp): Promise<FleetMember> => ({
    app,
    before: await lookForLeftovers(app),
  })
  const members = [await asMember(first), ...(await Promise.all(rest.map(asMember)))] as const
  const dispose = async (): Promise<void> => {
    await Promise.all(members.map(({ app }) => app[Symbol.asyncDispose]()))
  }
  return { members, [Symbol.asyncDispose]: dispose }
}

/** Names of the servers of a fleet in the network. */
export function fleetNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `srv${index + 1}`)
}
