import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { isOwn } from '../../../../src/adapters/directory/link-guard.ts'
import { readBalancer } from '../../../../src/adapters/directory/read-journal-end.ts'
import { balancerLine, passOn } from '../../../../src/adapters/directory/scripts.ts'
import { temporaryApp } from '../../../support/temporary-directory.ts'

const left = { version: 1, at: 1, release: 'r1', event: 'host.left' }
const joined = { ...left, event: 'host.joined' }
const other = { ...left, event: 'deploy.finished', title: '"event":"host.left"' }

async function read(...lines: readonly object[]): Promise<ReturnType<typeof readBalancer>> {
  const journal = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const path = await temporaryApp(lines.length === 0 ? {} : { '.dray/journal.ndjson': journal })
  const script = `set -u\npath=$1\n${passOn}${isOwn}${balancerLine}`
  return readBalancer(execFileSync('sh', ['-c', script, 'sh', path], { encoding: 'utf8' }))
}

test('a host is out of its load balancer if it left last, whatever follows in the journal', async () => {
  expect(await read(left, other)).toEqual({ isOut: true })
  expect(await read(left, joined, other)).toEqual({})
  expect(await read(left, joined, left, other)).toEqual({ isOut: true })
  expect(await read(other)).toEqual({})
  expect(await read()).toEqual({})
})

test('a line that is not JSON says nothing', () => {
  expect(readBalancer('{"event":"host.left"')).toEqual({})
})
