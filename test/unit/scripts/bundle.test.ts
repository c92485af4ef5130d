import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
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

test('what is compiled is kept in the cache of the user, where Node can', async () => {
  const directory = join(await writeBundle(), '../..')
  const program = join(directory, 'bin/dray')
  await cp(join(root, 'bin/dray'), program)
  const cache = join(directory, 'cache')
  const runWith = (env: NodeJS.ProcessEnv) =>
    run(program, ['--version'], { env: { PATH: process.env['PATH'], ...env } })
  const { stdout } = await runWith({ XDG_CACHE_HOME: cache })
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n/)
  expect(existsSync(join(cache, 'dray'))).toBe('enableCompileCache' in module)
  expect(await runWith({})).toEqual({ stdout, stderr: '' })
})
