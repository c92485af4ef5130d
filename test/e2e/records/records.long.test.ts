import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachTestNet } from '../../support/net/attach-test-net.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import type { TestApp } from '../../support/app/test-app.ts'
import { version } from '../../../src/shared/version/version.ts'
import { appWithRecords, type Records } from './support/app-with-records.ts'

const net = attachTestNet()
const fixtures = join(cloneDirectory, 'test/fixtures/releases', version)
let app: TestApp
let records: Records

beforeAll(async () => {
  ;({ app, records } = await appWithRecords(net))
  if (process.env['DRAY_KEEP_RECORDS'] === undefined) return
  await mkdir(fixtures, { recursive: true })
  for (const [name, text] of Object.entries(records)) await writeFile(join(fixtures, name), text)
})

afterAll(() => app[Symbol.asyncDispose]())

test('what is written is of the form that is kept for this version in test/fixtures/releases', async () => {
  const kept = await readdir(fixtures)
  expect(kept.sort()).toEqual(Object.keys(records).sort())
  for (const [name, text] of Object.entries(records)) {
    expect(`${name}\n${formOf(text)}`).toBe(
      `${name}\n${formOf(await readFile(join(fixtures, name), 'utf8'))}`,
    )
  }
})

test('every command that reads records refuses those of a newer dray, and changes nothing', async () => {
  const record = '.dray/releases/r4/release.json'
  const text = (await app.readOnServer(record)) ?? ''
  const newer = { ...(JSON.parse(text) as object), version: 2, writtenBy: '0.4.0', services: [] }
  await app.writeOnServer(record, JSON.stringify(newer))
  for (const args of [...reading, ...changing]) await expectRefused(args)
  await app.writeOnServer(record, text)
})

test('a journal of a newer dray is enough, before its first record: nothing is restored, locked or written', async () => {
  const journal = (await app.readOnServer('.dray/journal.ndjson')) ?? ''
  const begun = `{"version":2,"writtenBy":"0.4.0","at":${Date.now()},"release":"r5","event":"deploy.started"}\n`
  await app.writeOnServer('.dray/journal.ndjson', journal + begun)
  for (const args of changing) await expectRefused(args)
  await expectRefused(['env', 'test', 'set', 'SHOP_COLOUR'], 'red')
  await expectRefused(['history', 'test'])
  await app.writeOnServer('.dray/journal.ndjson', journal)
  expect((await app.deploy('v2')).outcome).toBe('deployed')
})

const reading = [
  ['plan', 'test', '--tag', 'v2'],
  ['status', 'test'],
  ['history', 'test'],
  ['diff', 'test', '--tag', 'v2'],
  ['logs', 'test'],
  ['exec', 'test', 'backend', '--', 'true'],
  ['doctor', 'test'],
]
const changing = [
  ['deploy', 'test', '--tag', 'v2'],
  ['rollback', 'test'],
  ['task', 'check', 'test'],
  ['clean', 'test'],
  ['remove', 'test', '--yes'],
]

async function expectRefused(args: readonly string[], input?: string): Promise<void> {
  const before = await stateOnServer()
  const { exitCode, stderr, stdout } = await app.dray(args, input === undefined ? {} : { input })
  const said = `dray ${args.join(' ')}\n${stdout}${stderr}`
  expect(said).toMatch(/dray 0\.4\.0 wrote records of format 2 in\s+\/srv\/records\/\.dray/)
  expect(said).toContain('npx dray@0.4.0')
  expect([args[0], exitCode]).toEqual([args[0], 3])
  expect([args[0], await stateOnServer()]).toEqual([args[0], before])
}

/** Files of the app's directory with their contents, and the app's containers. */
async function stateOnServer(): Promise<unknown> {
  const script = `cd ${app.path} && find . -type f -exec sha256sum {} + | sort -k 2`
  return [(await app.server.run(['sh', '-c', script])).stdout, await app.containers()]
}

/** The sorted names of the fields in each object of a text of JSON lines, or of one object. */
function formOf(text: string): string {
  const objects = text.startsWith('{\n') ? [text] : text.trim().split('\n')
  const forms = objects.map((line) => {
    const object = JSON.parse(line) as Readonly<Record<string, unknown>>
    const kind = [object['event'], object['kind'], object['outcome']].filter((it) => typeof it === 'string')
    return [...kind, ...namesIn(object)].join(' ')
  })
  return [...new Set(forms)].sort().join('\n')
}

function namesIn(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  if (Array.isArray(value)) return [...new Set(value.flatMap((it) => namesIn(it, `${path}[]`)))]
  return Object.entries(value)
    .flatMap(([name, inner]) => namesIn(inner, path === '' ? name : `${path}.${name}`))
    .sort()
}
