import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

function start(...argv: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, closed: once(child, 'close') as Promise<[number | null, string | null]> }
}

test('the process prints to its streams and ends with the exit code', async () => {
  const { child, closed } = start('--version')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect([stdout, stderr, ...(await closed)]).toEqual([`${manifest.version}\n`, '', 0, null])
})

test('a mistake ends with exit code 2', async () => {
  const { child, closed } = start('--no-such-thing', '--no-color')
  const stderr = await text(child.stderr)
  expect(stderr).toContain('Unknown option `--no-such-thing`.')
  expect(await closed).toEqual([2, null])
})

test('a reader that leaves early is no failure', async () => {
  const { child, closed } = start('--help')
  child.stdout.destroy()
  const stderr = await text(child.stderr)
  expect([stderr, ...(await closed)]).toEqual(['', 0, null])
})
