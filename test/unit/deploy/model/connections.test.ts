import { expect, test } from 'vitest'
import {
  readAccepted,
  readListeningPorts,
  readOpened,
} from '../../../../src/deploy/model/proxies/connections.ts'

/** As the kernel prints them (6.18): `cat /proc/net/tcp /proc/net/tcp6` in a container that listens on port 8000. */
const head =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const rest = '00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0'
const tableOf = (...rows: string[]) =>
  [head, ...rows.map((row, index) => `${String(index).padStart(4)}: ${row} ${rest}`)].join('\n')

test('connections that a listening port accepted are read, with the address of the other side', () => {
  const table = tableOf(
    '00000000:1F40 00000000:0000 0A',
    '020012AC:1F40 030012AC:A0F1 01',
    '020012AC:1F40 040012AC:A0F2 06',
    // One that the container itself opened.
    '020012AC:C001 050012AC:1538 01',
  )
  expect(readAccepted(table)).toEqual([
    { from: '172.18.0.3', key: '172.18.0.3:A0F1>1F40', isOpen: true },
    { from: '172.18.0.4', key: '172.18.0.4:A0F2>1F40', isOpen: false },
  ])
})

test('connections that a container opened to an address are read, with its own address', () => {
  const table = tableOf(
    '00000000:0050 00000000:0000 0A',
    '030012AC:A0F1 020012AC:1F40 06',
    '030012AC:A0F3 090012AC:1F40 01',
    // One that it accepted.
    '030012AC:0050 020012AC:C001 01',
  )
  expect(readOpened(table, ['172.18.0.2'])).toEqual([
    { from: '172.18.0.3', key: '172.18.0.3:A0F1>1F40', isOpen: false },
  ])
})

test('an address of IPv4 is read from a socket of IPv6', () => {
  const mapped = '0000000000000000FFFF0000'
  const none = '0'.repeat(32)
  const table = tableOf(
    `${none}:1F40 ${none}:0000 0A`,
    `${mapped}020012AC:1F40 ${mapped}030012AC:A0F1 01`,
    `${none.slice(1)}1:1F40 ${none.slice(0, 30)}01:A0F1 01`,
  )
  expect(readAccepted(table).map(({ from }) => from)).toEqual(['172.18.0.3'])
})

test('other text has none', () => {
  expect(readAccepted('cat: not found')).toEqual([])
})

test('ports are listened on for others, by IPv4 or IPv6, but not those of the loopback address', () => {
  const table = tableOf(
    '00000000:1F40 00000000:0000 0A',
    '0100007F:1F41 00000000:0000 0A',
    `${'0'.repeat(32)}:1F42 ${'0'.repeat(32)}:0000 0A`,
    `${'0'.repeat(24)}01000000:1F43 ${'0'.repeat(32)}:0000 0A`,
    '020012AC:1F44 030012AC:A0F1 01',
  )
  expect([...readListeningPorts(table)]).toEqual([8000, 8002])
})
