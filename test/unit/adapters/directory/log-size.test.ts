import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureLogs } from '../../../../src/adapters/directory/log-size.ts'
import { LocalRunner } from '../../../../src/adapters/host/local-runner.ts'

const runner = new LocalRunner()
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dray-logs-'))
  await writeFile(join(directory, 'a-json.log'), 'x'.repeat(1000))
  await writeFile(join(directory, 'a-json.log.1'), 'x'.repeat(200))
  await writeFile(join(directory, 'b b.log'), 'x'.repeat(30))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
  await runner[Symbol.asyncDispose]()
})

const at = (...names: string[]): string[] => names.map((name) => join(directory, name))

test('rotated logs are included in the sum', async () => {
  expect(await measureLogs(runner, at('a-json.log', 'b b.log'))).toBe(1230)
  expect(await measureLogs(runner, [])).toBe(0)
})

test('one that may not be looked at makes the sum unknown', async () => {
  expect(await measureLogs(runner, at('a-json.log', 'hidden/c.log'))).toBeUndefined()
})
