import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { bundle, root } from '../../../scripts/bundle.mjs'
import { readTrace } from '../../../scripts/read-trace.mjs'
import { EXIT } from '../../../src/errors/exit-code.ts'

const run = promisify(execFile)

async function writeBundle(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'dray-bundle-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  await mkdir(join(directory, 'dist'))
  const path = join(directory, 'dist/dray.mjs')
  await writeFile(path, (await bundle()).code)
  return path
}

/** Runs a statement before the bundle. */
const before = (statement: string): string[] => ['--import', `data:text/javascript,${statement}`]

test('the version is printed without the modules of Node that only a deploy needs', async () => {
  const path = await writeBundle()
  const listModules = `process.on('exit', () => console.log(process.moduleLoadList.join('\\n')))`
  const { stdout } = await run('node', [...before(listModules), path, '--version'])
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n/)
  const loaded = stdout.split('\n')
  expect(loaded).toContain('NativeModule fs')
  for (const name of ['http', 'https', 'tls', 'crypto', 'zlib', 'readline', 'child_process', 'dns/promises'])
    expect(loaded).not.toContain(`NativeModule ${name}`)
})

// With one other character, V8 holds the whole text in two bytes for each, and the start takes longer.
test('the bundle is ASCII', async () => {
  const { code } = await bundle()
  expect(code.match(/.{0,30}[^\0-\x7f].{0,30}/g) ?? []).toEqual([])
})

test('a stack trace of the bundle gets the files and lines of the source', async () => {
  const path = await writeBundle()
  const fail = `process.stdout.write = () => process.emit('uncaughtException', new TypeError('boom'))`
  const { status, stderr } = spawnSync('node', [...before(fail), path, '--version'], { encoding: 'utf8' })
  expect(status).toBe(EXIT.needsPerson)
  expect(stderr).toMatch(/dray\.mjs:\d+:\d+/)
  const trace = await readTrace(stderr)
  expect(trace).toMatch(/ src\/main\.ts:\d+:\d+\n/)
  expect(trace).toMatch(/\(src\/cli\/run-cli\.ts:\d+:\d+\)/)
  expect(trace).not.toContain('dray.mjs')
})

describe('what is compiled', () => {
  let directory: string
  const cache = (): string => join(directory, 'cache')
  const runWith = (env: NodeJS.ProcessEnv, ...argv: string[]) =>
    run(join(directory, 'bin/dray'), argv, { env: { PATH: process.env['PATH'], ...env } })
  const runCached = (...argv: string[]) => runWith({ XDG_CACHE_HOME: cache() }, ...argv)
  const version = /^\d+\.\d+\.\d+\n/
  const nodeHasCache = 'enableCompileCache' in module

  beforeEach(async () => {
    directory = join(await writeBundle(), '../..')
    for (const name of ['dray', 'compile-cache.mjs'])
      await cp(join(root, 'bin', name), join(directory, 'bin', name))
  })

  test('is kept in the cache of the user, if there is one', async () => {
    const { stdout } = await runCached('--version')
    expect(stdout).toMatch(version)
    expect(existsSync(join(cache(), 'dray'))).toBe(true)
    expect(await runWith({}, '--version')).toEqual({ stdout, stderr: '' })
  })

  // Node 22.8 and newer have a cache of their own.
  describe.skipIf(nodeHasCache)('by older versions of Node', () => {
    const file = (): string => join(cache(), 'dray/compiled')
    const readCommands = async (): Promise<unknown> => {
      const head = (await readFile(file(), 'latin1')).split('\n', 1)[0] ?? ''
      return (JSON.parse(head) as { commands: unknown }).commands
    }

    test('is used again, and grows by what other commands run', async () => {
      await runCached('--version')
      const first = await stat(file(), { bigint: true })
      expect(first.mode & 0o777n).toBe(0o600n)
      await runCached('--version')
      await runCached('check', '--help')
      expect((await stat(file(), { bigint: true })).ino).toBe(first.ino)
      await runCached('completion', 'bash')
      expect(await readCommands()).toEqual(['', 'completion'])
    })

    test('is not used if a byte of it is wrong, or if it is of another bundle', async () => {
      await runCached('--version')
      const damaged = await readFile(file())
      damaged[damaged.length - 1000]! ^= 0xff
      await writeFile(file(), damaged)
      expect((await runCached('--version')).stdout).toMatch(version)
      expect(await readFile(file())).not.toEqual(damaged)

      const bundled = join(directory, 'dist/dray.mjs')
      const text = await readFile(bundled, 'utf8')
      const { version: number } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
        version: string
      }
      // As long as the one before: all that V8 compares.
      await writeFile(bundled, text.replaceAll(`"${number}"`, `"${number.replaceAll(/\d/g, '7')}"`))
      expect((await runCached('--version')).stdout).toContain('7.7.7')
    })

    test('is not kept by a CI job, nor after a failure', async () => {
      await runWith({ XDG_CACHE_HOME: cache(), CI: 'true' }, '--version')
      await expect(runCached('status', 'nowhere')).rejects.toThrow()
      expect(existsSync(file())).toBe(false)
    })

    test('is not needed: a home that is a file, or none', async () => {
      await writeFile(cache(), '')
      expect((await runCached('--version')).stdout).toMatch(version)
      // There, Node 20 never ends a `mkdir` with `recursive`.
      expect((await runWith({ HOME: '/proc/no-such-home' }, '--version')).stdout).toMatch(version)
    })

    test('a run that does not come to its end is no success, as without a cache', async () => {
      await writeFile(join(directory, 'dist/dray.mjs'), 'await new Promise(() => {})')
      await expect(runCached('--version')).rejects.toMatchObject({ code: 13 })
      expect(existsSync(file())).toBe(false)
    })
  })
})
