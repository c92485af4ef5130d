import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { listConnections } from '../../../../src/adapters/http/list-connections.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'
import { readOpened } from '../../../../src/deploy/model/proxies/connections.ts'

test("the host's connections to an address are listed, and no other", async () => {
  const server = createServer().listen(0, '127.0.0.9')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.9', localAddress: '127.0.0.8' })
  await once(socket, 'connect')
  const runner = new LocalRunner()
  // The kernel lists those of an earlier run for a minute.
  const toServer = `>${port.toString(16).toUpperCase().padStart(4, '0')}`
  const found = readOpened(await listConnections(runner, ['127.0.0.9']), ['127.0.0.9']).filter(({ key }) =>
    key.endsWith(toServer),
  )
  expect(found.map(({ from, isOpen }) => ({ from, isOpen }))).toEqual([{ from: '127.0.0.8', isOpen: true }])
  expect(await listConnections(runner, ['127.0.0.7'])).not.toContain(' 01 ')
  socket.destroy()
  server.close()
})
