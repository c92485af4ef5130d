import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mustRun } from '../support/net/run-command.ts'
import { startTestNet } from '../support/net/test-net.ts'
import type { TestNetFacts } from '../support/net/net-facts.ts'

test('nothing of a network is left when it was disposed of', async () => {
  const net = await startTestNet({ servers: { srv1: {} } })
  const before = await leftovers(net.facts)
  expect(before).toEqual({ link: true, directory: true, machines: 3, loops: 3 })
  await net[Symbol.asyncDispose]()
  await expect.poll(() => leftovers(net.facts)).toEqual(nothing)
})

test('machines, containers and lines end with tests that are killed; the next network takes the directory', async () => {
  const killed = await startInAnotherProcess()
  const other = await startTestNet({ servers: {} })
  expect(other.facts.id).not.toBe(killed.facts.id)
  killed.child.kill('SIGKILL')
  await once(killed.child, 'exit')
  await expect.poll(() => leftovers(killed.facts)).toEqual({ ...nothing, directory: true })
  await using next = await startTestNet({ servers: {} })
  expect(next.facts.id).toBe(killed.facts.id)
  await other[Symbol.asyncDispose]()
})

const nothing = { link: false, directory: false, machines: 0, loops: 0 }

async function leftovers({ id, stateDirectory, hub, client, servers }: TestNetFacts) {
  const links = await mustRun(['ip', '-o', 'link'])
  const loops = await mustRun(['losetup', '--list', '--noheadings', '--output', 'BACK-FILE'])
  return {
    link: links.includes(`draynet${id}@`) || links.includes(`draynet${id}:`),
    directory: existsSync(stateDirectory),
    machines: [hub, client, ...servers].filter(({ pid }) => hasOwnNetwork(pid)).length,
    loops: loops.split('\n').filter((file) => file.startsWith(`${stateDirectory}/`)).length,
  }
}

function hasOwnNetwork(pid: number): boolean {
  if (!readdirSync('/proc').includes(`${pid}`)) return false
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync('/proc/self/ns/net')
  } catch {
    return false
  }
}

async function startInAnotherProcess() {
  const module = fileURLToPath(new URL('../support/net/test-net.ts', import.meta.url))
  const script = `
    const { startTestNet } = await import('${module}')
    const net = await startTestNet({ servers: { srv1: {} } })
    net.client.start(['sleep', '1000'])
    console.log(JSON.stringify(net.facts))`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, facts: JSON.parse(line) as TestNetFacts }
  }
  throw new Error('The other process ended without a network.')
}
