import type { TestServer } from './server.ts'

/** Swarm's networks are beside those of the test network and of the Engines. */
const addressPool = '10.201.0.0/16'

/** Makes servers a swarm; the first manager is its leader. */
export async function formSwarm(
  managers: readonly [TestServer, ...TestServer[]],
  workers: readonly TestServer[],
): Promise<void> {
  const [leader, ...others] = managers
  await leader.docker('swarm', 'init', '--advertise-addr', leader.address, '--default-addr-pool', addressPool)
  for (const server of others) await joinSwarm(server, leader, 'manager')
  for (const server of workers) await joinSwarm(server, leader, 'worker')
}

/** Adds a server to the swarm of a manager. */
export async function joinSwarm(
  server: TestServer,
  manager: TestServer,
  role: 'manager' | 'worker',
): Promise<void> {
  const token = await manager.docker('swarm', 'join-token', '-q', role)
  await server.docker('swarm', 'join', '--token', token, `${manager.address}:2377`)
}
