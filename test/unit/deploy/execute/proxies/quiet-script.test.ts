import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { quietScript } from '../../../../../src/deploy/execute/proxies/quiet-script.ts'

const execute = promisify(execFile)

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const listening =
  '   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1'
const from = (peer: string, port: string, state = '01') =>
  `   1: 020012AC:${port} ${peer}:C350 ${state} 00000000:00000000 00:00000000 00000000     0        0 2`

test.each<[exitCode: number, title: string, line: string]>([
  [5, 'a connection of another container to its port', from('030012AC', '1F40')],
  [0, 'one that is closing', from('030012AC', '1F40', '06')],
  [0, 'one of its health check', from('0100007F', '1F40')],
  [0, 'one that it opened itself', from('030012AC', 'D431')],
])('a container ends with %i for %s', async (exitCode, _title, line) => {
  const directory = await mkdtemp(join(tmpdir(), 'dray-quiet-'))
  await writeFile(join(directory, 'tcp'), [header, listening, line, ''].join('\n'))
  const script = quietScript.replaceAll('/proc/net', directory)
  const ended = await execute('sh', ['-c', script, 'dray', '1']).then(
    () => 0,
    (error: unknown) => (error as { code?: number }).code,
  )
  await rm(directory, { recursive: true })
  expect(ended).toBe(exitCode)
})
