/**
 * A network of real machines for tests: namespaces of this one, each with its own address, processes, files and disk.
 *
 *   hub       ghcr.io and registry.example.com, a mirror of Docker Hub; the switch that all lines lead to
 *   client    where dray is run: `net.client.run(['dray', 'deploy', 'production'], { cwd })`
 *   srv1...   servers, each with its own Docker Engine and sshd; users root, deploy, and nodocker, who may not use Docker
 *
 *   await using net = await startTestNet()
 *   await net.server('srv1').docker('ps')                        // as root, without SSH, for assertions
 *   await net.registry.setFault({ match: /manifests/, status: 503, times: 2 })
 *   await fetch(`http://${net.server('srv1').address}/`)         // published ports, from the tests themselves
 *
 * Several networks may run at once. A network ends with the process that started it, however that ends.
 */
import { join } from 'node:path'
import { ensureCertificates } from './certificates.ts'
import { introduceServers, setUpClient, TestClient } from './client.ts'
import { startMachine, type HeldMachine, type MachineOptions } from './machine.ts'
import { addressesOf, type EngineVersion, type MachineFacts, type TestNetFacts } from './net-facts.ts'
import { takeNetSlot, type NetSlot } from './net-slot.ts'
import { startRegistry, TestRegistry } from './registry.ts'
import { setUpServer, TestServer } from './server.ts'
import { wireHub, wireMachine } from './wires.ts'

const gibibyte = 1024 ** 3

export type ServerOptions = {
  engine?: EngineVersion
  /** Everything written on the server; 8 GiB unless told. */ diskBytes?: number
  /** A root file system, as `ensureBareRoot` makes it, for a server without Docker. */ bareRoot?: string
}
export type TestNetOptions = { servers?: Readonly<Record<string, ServerOptions>> }

export type TestNet = {
  facts: TestNetFacts
  registry: TestRegistry
  client: TestClient
  /** @throws when there is no server of that name */
  server(name: string): TestServer
}

type CleanUp = () => Promise<void> | void

/**
 * Starts a network, by default with two servers: srv1, and srv2, whose images containerd keeps. Dispose of it when done.
 * @throws with the reason, when nothing of it is left
 */
export async function startTestNet(options: TestNetOptions = {}): Promise<TestNet & AsyncDisposable> {
  const slot = await takeNetSlot()
  const cleanUps: CleanUp[] = [() => slot.release()]
  const takeDown = async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
  }
  try {
    const facts = await startMachines(
      slot,
      options.servers ?? { srv1: {}, srv2: { engine: 'containerd' } },
      cleanUps,
    )
    return { ...openTestNet(facts), [Symbol.asyncDispose]: takeDown }
  } catch (error) {
    await takeDown()
    throw error
  }
}

/** Uses a network that another process started. */
export function openTestNet(facts: TestNetFacts): TestNet {
  const servers = new Map(
    facts.servers.map((machine) => [machine.name, new TestServer(machine, facts.hub, facts.id)]),
  )
  return {
    facts,
    registry: new TestRegistry(facts.registry),
    client: new TestClient(facts.client, facts.registry.caFile),
    server: (name) => {
      const server = servers.get(name)
      if (server === undefined) throw new Error(`The test network has no server ${name}.`)
      return server
    },
  }
}

async function startMachines(
  slot: NetSlot,
  serverOptions: Readonly<Record<string, ServerOptions>>,
  cleanUps: CleanUp[],
): Promise<TestNetFacts> {
  const addresses = addressesOf(slot.id)
  const start = (options: Partial<MachineOptions> & { name: string; address: string }) =>
    holdMachine({ ...plainMachine(slot, options.name), ...options }, cleanUps)
  const started = await allOrFirstError([
    start({ name: 'hub', address: addresses.ghcr }),
    start({ name: 'client', address: addresses.client, ownProcesses: false, shared: ['/tmp'] }),
    ...Object.entries(serverOptions).map(([name, { engine = 'newest', diskBytes, bareRoot }], index) =>
      start({
        name,
        address: addresses.server(index),
        engine: bareRoot === undefined ? engine : 'none',
        ...(bareRoot === undefined ? {} : { lowerRoot: bareRoot }),
        ...(diskBytes === undefined ? {} : { diskBytes }),
      }),
    ),
  ])
  const [hub, client, ...servers] = started as [MachineFacts, MachineFacts, ...MachineFacts[]]
  await wireHub(hub, slot.id, addresses)
  await allOrFirstError([client, ...servers].map((machine) => wireMachine(hub, machine)))

  const certificates = await ensureCertificates()
  const hosts = hostsFile(addresses, [client, ...servers])
  const clientKey = await setUpClient({ machine: client, hosts })
  const [registry] = await allOrFirstError([
    startRegistry(hub, addresses.example, certificates),
    allOrFirstError(
      servers.map((machine) => setUpServer({ machine, netId: slot.id, clientKey, certificates, hosts })),
    ).then((keys) =>
      introduceServers(client, keys.map((key, index) => knownHostLine(servers[index], key)).join('')),
    ),
  ] as const)
  cleanUps.push(registry.close)
  const withEngine = servers.filter(({ engine }) => engine !== 'none')
  await allOrFirstError(withEngine.map((machine) => new TestServer(machine, hub, slot.id).startEngine()))
  return {
    id: slot.id,
    stateDirectory: slot.directory,
    hostAddress: addresses.host,
    hub,
    client,
    servers,
    registry: registry.facts,
  }
}

function plainMachine(slot: NetSlot, name: string): Omit<MachineOptions, 'name' | 'address'> {
  const directory = join(slot.directory, name)
  return { directory, diskBytes: 8 * gibibyte, engine: 'none', ownProcesses: true, shared: [] }
}

async function holdMachine(options: MachineOptions, cleanUps: CleanUp[]): Promise<MachineFacts> {
  const machine: HeldMachine = await startMachine(options)
  cleanUps.push(machine.stop)
  return machine.facts
}

/** Like Promise.all, but it fails only when nothing is under way any more, so that what was started can be taken down. */
async function allOrFirstError<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(work)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as {
    -readonly [K in keyof T]: Awaited<T[K]>
  }
}

function hostsFile(addresses: ReturnType<typeof addressesOf>, machines: readonly MachineFacts[]): string {
  const lines = [
    '127.0.0.1 localhost',
    `${addresses.ghcr} ghcr.io pkg-containers.githubusercontent.com mirror.test`,
    `${addresses.example} registry.example.com`,
    ...machines.map(({ name, address }) => `${address} ${name}`),
  ]
  return `${lines.join('\n')}\n`
}

function knownHostLine(server: MachineFacts | undefined, publicKey: string): string {
  const [type = '', key = ''] = publicKey.split(' ')
  return `${server?.name},${server?.address} ${type} ${key}\n`
}
