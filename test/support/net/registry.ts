import { createServer, connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AcceptedToken, Fault, FrontConfig, RegistryState, SeenRequest } from './front/registry-state.ts'
import type { Certificates } from './certificates.ts'
import { cloneDirectory, mustRunInMachine, runInMachine, writeInMachine } from './machine.ts'
import type { MachineFacts, RegistryFacts } from './net-facts.ts'

/** Accepted at ghcr.io from the start, for every repository. */
export const testToken = 'test-net-token-4f1b9c'
export const exampleAccount = { user: 'puller', password: 'test-net-password-77' }

const plainPort = 5000
const controlPort = 9000
const upstreamPort = 5001

/** The registries of a test network, as the tests see them: what they are told, and what they were asked. */
export class TestRegistry {
  readonly facts: RegistryFacts

  constructor(facts: RegistryFacts) {
    this.facts = facts
  }

  get pushHost(): string {
    return this.facts.pushHost
  }

  /** All requests since the last `forgetRequests`, in the order they ended. */
  async requests(): Promise<SeenRequest[]> {
    return (await this.#ask('GET', '/requests')) as SeenRequest[]
  }

  async forgetRequests(): Promise<void> {
    await this.#ask('DELETE', '/requests')
  }

  /** Adds a fault; earlier ones are tried first. `match` is tried on `METHOD HOST/PATH?QUERY`. */
  async setFault(fault: Omit<Fault, 'match'> & { match: RegExp }): Promise<void> {
    const { faults } = await this.#state()
    await this.#change({ faults: [...faults, { ...fault, match: fault.match.source }] })
  }

  /** Ends all faults, a refused connection too. */
  async clearFaults(): Promise<void> {
    await this.#change({ faults: [], refused: false })
  }

  /** Nothing listens on ghcr.io's port any more, until `clearFaults`. */
  async refuseConnections(): Promise<void> {
    await this.#change({ refused: true })
  }

  /** The tokens that ghcr.io accepts from now on; bearers that it gave for others no longer count. */
  async setTokens(tokens: readonly (string | AcceptedToken)[]): Promise<void> {
    await this.#change({ tokens: tokens.map((token) => (typeof token === 'string' ? { token } : token)) })
  }

  /** Lets everyone pull OWNER/NAME from ghcr.io. */
  async makePublic(repository: string): Promise<void> {
    const { publicRepositories } = await this.#state()
    await this.#change({ publicRepositories: [...publicRepositories, repository] })
  }

  async makePrivate(repository: string): Promise<void> {
    const { publicRepositories } = await this.#state()
    await this.#change({ publicRepositories: publicRepositories.filter((name) => name !== repository) })
  }

  /** Accounts, packages and faults as they were when the network started. */
  async reset(): Promise<void> {
    await this.#change(firstState())
    await this.forgetRequests()
  }

  async #state(): Promise<RegistryState> {
    return (await this.#ask('GET', '/state')) as RegistryState
  }

  async #change(change: Partial<RegistryState>): Promise<void> {
    await this.#ask('POST', '/state', change)
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = { method, body: body === undefined ? undefined : JSON.stringify(body) }
    return (await fetch(this.facts.controlUrl + path, init)).json()
  }
}

export type StartedRegistry = { facts: RegistryFacts; close(): void }

/** Starts the registry and its front in the hub, and a port of this machine's loopback that leads to it. */
export async function startRegistry(
  hub: MachineFacts,
  exampleAddress: string,
  certificates: Certificates,
): Promise<StartedRegistry> {
  const config: FrontConfig = {
    ghcrAddress: hub.address,
    exampleAddress,
    plainPort,
    controlPort,
    upstreamPort,
    certificateFile: certificates.certificateFile,
    keyFile: certificates.keyFile,
    state: firstState(),
  }
  const registry = join(cloneDirectory, '.cache/net-tools/bin/docker-registry')
  const tsx = join(cloneDirectory, 'node_modules/tsx/dist/loader.mjs')
  const front = [process.execPath, '--import', tsx, join(cloneDirectory, 'test/support/net/front/front.ts')]
  await writeInMachine(hub, '/etc/registry.yml', registryYaml)
  await startDaemon(hub, [registry, 'serve', '/etc/registry.yml'])
  await startDaemon(hub, [...front, JSON.stringify(config)])

  const controlUrl = `http://${hub.address}:${controlPort}`
  await untilAnswers(hub, controlUrl)
  const relay = await relayFromLoopback(hub.address)
  return {
    facts: { pushHost: `127.0.0.1:${relay.port}`, controlUrl, caFile: certificates.caFile },
    close: relay.close,
  }
}

function firstState(): RegistryState {
  return {
    faults: [],
    tokens: [{ token: testToken }],
    publicRepositories: [],
    refused: false,
    example: exampleAccount,
  }
}

const registryYaml = `version: 0.1
log: { level: warn }
storage:
  filesystem: { rootdirectory: /srv/registry }
  delete: { enabled: true }
http:
  addr: 127.0.0.1:${upstreamPort}
  relativeurls: true
`

/** Started in the background of the machine, it ends with it. */
async function startDaemon(hub: MachineFacts, argv: readonly string[]): Promise<void> {
  const script = 'setsid "$@" >>/var/log/registry.log 2>&1 </dev/null &'
  await mustRunInMachine(hub, ['sh', '-c', script, 'sh', ...argv])
}

async function untilAnswers(hub: MachineFacts, controlUrl: string): Promise<void> {
  const deadline = Date.now() + 120_000
  while (Date.now() < deadline) {
    const answer = await fetch(`${controlUrl}/state`).catch(() => undefined)
    if (answer?.ok === true) return
    await sleep(50)
  }
  const { stdout } = await runInMachine(hub, ['cat', '/var/log/registry.log'])
  throw new Error(`The registry of the test network did not start: ${stdout}`)
}

/** Docker Engine pushes without TLS to the loopback only, so there the hub's plain port is offered. */
async function relayFromLoopback(address: string): Promise<{ port: number; close(): void }> {
  const server = createServer((incoming) => {
    const outgoing = connect(plainPort, address)
    incoming.on('error', () => outgoing.destroy()).pipe(outgoing)
    outgoing.on('error', () => incoming.destroy()).pipe(incoming)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}
