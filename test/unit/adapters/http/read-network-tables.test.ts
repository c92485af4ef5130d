import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { readNetworkTables } from '../../../../src/adapters/http/read-network-tables.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'

test('the tables of several processes are told apart, and a process that does not exist has none', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const tables = await readNetworkTables(new LocalRunner(), [process.pid, process.ppid, 999_999_999])
    expect([...tables.keys()]).toEqual([process.pid, process.ppid])
    const listening = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`
    expect(tables.get(process.pid)).toContain(listening)
    expect(tables.get(process.pid)).toContain('RefCount Protocol')
    expect(tables.get(process.ppid)).not.toContain('== ')
  } finally {
    server.close()
  }
})

test('a host whose command fails has no tables', async () => {
  const runner = Object.assign(new LocalRunner(), { run: () => Promise.reject(new Error('gone')) })
  expect(await readNetworkTables(runner, [1])).toEqual(new Map())
})
