import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import { readNetworkTables } from '../../../../src/adapters/http/read-network-tables.ts'

/** A word of this process's control group stands for the id of a container. */
const id = /\w+(?=\W*$)/.exec(readFileSync('/proc/self/cgroup', 'utf8').trim())?.[0] ?? '0'

test('the table of a container is read, and not that of a process of another one', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const { pid } = process
    const others = [{ id: 'abcdef012345', pid }, { id: 'other', pid: 999_999_999 }, { id: 'stopped' }]
    const tables = await readNetworkTables(new LocalRunner(), [{ id, pid }, ...others])
    expect([...tables.keys()]).toEqual([id])
    const listening = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`
    expect(tables.get(id)).toContain(listening)
    expect(tables.get(id)).toContain('RefCount Protocol')
  } finally {
    server.close()
  }
})

test('a host whose command fails has no tables', async () => {
  const runner = Object.assign(new LocalRunner(), { run: () => Promise.reject(new Error('gone')) })
  expect(await readNetworkTables(runner, [{ id, pid: 1 }])).toEqual(new Map())
})
