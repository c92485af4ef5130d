import { expect, test } from 'vitest'
import type { connectHosts, ConnectedHost } from '../../src/cli/command/connect-hosts.ts'
import { connectNodes } from '../../src/cli/command/connect-nodes.ts'
import type { CliContext } from '../../src/cli/command/context.ts'
import type { EnvironmentInput } from '../../src/cli/command/load-environment.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { fakeNode } from '../support/fake-stack.ts'

const members = ['m1', 'w1', 'w2'].map((name) => ({ ...fakeNode, id: `id-${name}`, name }))

function fakeConnected(name: string, id: string): ConnectedHost {
  const cluster = { nodes: async () => members, ownNodeId: async () => id }
  return { name, engine: { cluster }, engineObservation: Promise.resolve({}) } as unknown as ConnectedHost
}

/** Connects to m1 and to the listed hosts, each of which is the node with this id, or fails. */
async function connect(listed: Readonly<Record<string, string | Error>>, closed: string[] = []) {
  const environment = { hosts: ['m1'], nodes: Object.keys(listed) }
  const input = { config: { environment } } as unknown as EnvironmentInput
  const context = { signal: new AbortController().signal } as CliContext
  const fake = (async ({ config }: EnvironmentInput) => {
    const [name] = config.environment.hosts
    const id = listed[name]
    if (id instanceof Error) throw id
    const dispose = async () => void closed.push(name)
    return { hosts: [fakeConnected(name, id ?? '')], [Symbol.asyncDispose]: dispose }
  }) as unknown as typeof connectHosts
  const connected = await connectNodes(fakeConnected('m1', 'id-m1'), { input, context, connect: fake })
  return { ...connected, closed, names: connected.nodes.map(({ host }) => host.name) }
}

test('the manager comes first, and nodes that are not listed are named', async () => {
  const { names, unread, failures } = await connect({ 'deploy@w1': 'id-w1' })
  expect({ names, unread, failures }).toEqual({ names: ['m1', 'deploy@w1'], unread: ['w2'], failures: [] })
})

test('a server of another swarm, one of none and one that does not answer are failures of their own', async () => {
  const down = new DrayError('HOST_UNREACHABLE', 'deploy@w2 does not answer.')
  const { names, unread, failures, closed, ...connected } = await connect({
    'deploy@x': 'id-of-another-swarm',
    'deploy@y': '',
    'deploy@w2': down,
    'deploy@w1': 'id-w1',
  })
  expect([names, unread]).toEqual([['m1', 'deploy@w1'], ['w2']])
  expect(failures.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'SWARM_NODE_OTHER deploy@x is not a node of the swarm of m1, and `nodes` in dray.yml lists it.',
    'SWARM_NODE_OTHER deploy@y is in no swarm, and `nodes` in dray.yml lists it.',
    'HOST_UNREACHABLE deploy@w2 does not answer.',
  ])
  await connected[Symbol.asyncDispose]()
  expect(closed.sort()).toEqual(['deploy@w1', 'deploy@x', 'deploy@y'])
})

test('a node that is listed under two addresses, or is the manager, is one node', async () => {
  const { names } = await connect({ '10.0.0.2': 'id-w1', 'deploy@w1': 'id-w1', '10.0.0.1': 'id-m1' })
  expect(names).toEqual(['m1', '10.0.0.2'])
})

test('a defect is thrown, with every connection closed', async () => {
  const closed: string[] = []
  const listed = { 'deploy@w1': 'id-w1', 'deploy@w2': new TypeError('no') }
  await expect(connect(listed, closed)).rejects.toThrow('no')
  expect(closed).toEqual(['deploy@w1'])
})
