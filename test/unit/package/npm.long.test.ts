import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { version } from '../../../src/shared/version/version.ts'
import { commands } from '../../../src/cli/commands.ts'
import { cloneDirectory } from '../../support/net/machine.ts'
import { startNpmRegistry, type NpmRegistry } from '../../support/npm-registry.ts'

const exec = promisify(execFile)
/** A guard against a hang: packing takes a minute where other programs want both cores. */
const guardMs = 400_000
let home: string
let registry: NpmRegistry
let tarball: string

/** npm without anything of this machine: its own home, cache and settings, and one registry. */
function settings(): NodeJS.ProcessEnv {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:npm_|NODE_|DRAY_|CI$|GITHUB_)/i.test(name)),
  )
  return {
    ...env,
    HOME: home,
    npm_config_registry: registry.url,
    npm_config_userconfig: join(home, '.npmrc'),
    npm_config_cache: join(home, 'cache'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
}

async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { stdout } = await exec(program, args, { cwd: join(home, cwd), env: settings() })
  return stdout
}

function directory(name: string): string {
  mkdirSync(join(home, name), { recursive: true })
  return name
}

/** Packs a fresh copy of the tracked files: nothing in it is built. */
async function packCopy(name: string): Promise<string> {
  const copy = join(home, directory(name))
  const { stdout } = await exec('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: cloneDirectory,
  })
  for (const file of stdout
    .split('\0')
    .filter((it) => it !== '' && !/^(?:test|bench|docs|examples)\//.test(it)))
    if (existsSync(join(cloneDirectory, file))) cpSync(join(cloneDirectory, file), join(copy, file))
  symlinkSync(realpathSync(join(cloneDirectory, 'node_modules')), join(copy, 'node_modules'))
  await run(name, 'npm', 'pack', '--silent')
  return join(copy, `dray-${version}.tgz`)
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'dray-npm-'))
  registry = await startNpmRegistry()
  writeFileSync(join(home, '.npmrc'), `${registry.url.replace('http:', '')}:_authToken=none\n`)
  tarball = await packCopy('first')
  await run('.', 'npm', 'publish', '--silent', tarball)
}, guardMs)

afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

const sha512 = (data: Buffer): Buffer => createHash('sha512').update(data).digest()
const listTarball = (): string[] =>
  spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((it) => it !== '')
    .map((it) => it.replace('package/', ''))
    .sort()

describe('the package', () => {
  test(
    'has the same bytes when the same tree is packed again, in another directory',
    async () => {
      const again = await packCopy('second/at/another/place')
      expect(sha512(readFileSync(again)).equals(sha512(readFileSync(tarball)))).toBe(true)
    },
    guardMs,
  )

  test('holds the bundle, types, schema, completion scripts, man pages and licences, and nothing else', () => {
    const pages = ['dray.1', ...commands.map(({ name }) => `dray-${name}.1`)].map(
      (name) => `dist/man/${name}`,
    )
    expect(listTarball()).toEqual(
      [
        ...pages,
        ...['_dray', 'dray.bash', 'dray.fish'].map((name) => `dist/completions/${name}`),
        ...['LICENSE', 'README.md', 'bin/compile-cache.mjs', 'bin/dray', 'dray.schema.json', 'package.json'],
        ...['dist/THIRD-PARTY-NOTICES.txt', 'dist/dray.mjs', 'dist/json.d.ts'],
      ].sort(),
    )
    const manifest = JSON.parse(readFileSync(join(cloneDirectory, 'package.json'), 'utf8')) as Manifest
    expect([...manifest.man].sort()).toEqual(pages.map((page) => `./${page}`).sort())
    expect(Object.keys(manifest)).not.toContain('dependencies')
    const installScripts = ['preinstall', 'install', 'postinstall', 'prepare']
    expect(Object.keys(manifest.scripts).filter((name) => installScripts.includes(name))).toEqual([])
  })
})

describe('the files of a release', () => {
  const key = (): string => join(home, 'release-key')
  const makeRelease = (...more: string[]): Promise<string> => {
    const executable = join(home, 'executable')
    writeFileSync(executable, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
    const argv = ['scripts/package/package.mjs', '--executable', `linux-${process.arch}=${executable}`]
    const licence = ['--node-licence', 'LICENSE']
    return run('first', process.execPath, ...argv, ...licence, '--repository', 'acme/dray', ...more)
  }

  beforeAll(async () => {
    await run('.', 'ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key())
    const publicKey = readFileSync(`${key()}.pub`, 'utf8')
    writeFileSync(join(home, 'signers'), `dray namespaces="dray-release" ${publicKey}`)
  })

  test(
    'are listed with their checksums, which are signed, and install.sh takes them',
    async () => {
      await makeRelease('--signing-key', key(), '--signers', join(home, 'signers'))
      const assets = [
        'NODE-LICENCE.txt',
        `dray-${version}.tgz`,
        'dray-action.tar',
        `dray-linux-${process.arch}.gz`,
        'dray.mjs',
        'install.sh',
      ]
      const sums = await run('first/out', 'sha256sum', '--check', 'SHA256SUMS')
      expect(sums).toBe(assets.map((name) => `${name}: OK\n`).join(''))
      expect(await run('first/out', 'tar', '-tf', 'dray-action.tar')).toContain('./dist/dray.mjs\n')
      const packed = readFileSync(join(home, 'first/out', `dray-${version}.tgz`))
      expect(packed.equals(readFileSync(tarball))).toBe(true)
      const env = { ...settings(), DRAY_DOWNLOAD_URL: join(home, 'first/out'), DRAY_VERSION: version }
      await exec('sh', [join(home, 'first/out/install.sh')], { env })
      expect((await run('.', join(home, '.local/bin/dray'))).trim()).toBe(version)
    },
    guardMs,
  )

  test('are not made with a key that users do not have', async () => {
    writeFileSync(join(home, 'signers'), '')
    await expect(
      makeRelease('--signing-key', key(), '--signers', join(home, 'signers')),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining('users could not check its signature') as string,
    })
  })
})

type Manifest = { man: readonly string[]; scripts: Record<string, string> }

describe('npm', () => {
  test('runs it by npx in an empty directory', async () => {
    const said = await run(directory('empty'), 'npx', '--yes', `dray@${version}`, '--version')
    expect(said.trim()).toBe(version)
  })

  test('installs it for a user, with its man pages', async () => {
    const prefix = join(home, 'prefix')
    await run(directory('any'), 'npm', 'install', '--global', '--prefix', prefix, 'dray')
    expect((await run('any', join(prefix, 'bin/dray'), '--version')).trim()).toBe(version)
    for (const page of ['dray.1', 'dray-deploy.1'])
      expect(readFileSync(join(prefix, 'share/man/man1', page), 'utf8')).toMatch(/^\.TH DRAY/)
    // Without a lockfile of npm, the registry names the checksum.
    writeFileSync(join(home, 'any/Dockerfile'), 'FROM node\nEXPOSE 3000\n')
    await run('any', join(prefix, 'bin/dray'), 'init', '--yes')
    expect(readFileSync(join(home, 'any/.github/workflows/deploy.yml'), 'utf8')).toContain(
      sha512(readFileSync(tarball)).toString('hex'),
    )
  })

  test(
    'installs it in a project, whose scripts in TypeScript read --json typed',
    async () => {
      const project = directory('project')
      writeFileSync(join(home, project, 'package.json'), '{"type":"module"}')
      await run(project, 'npm', 'install', '--save-dev', 'dray')
      const compile = async (script: string): Promise<string> => {
        writeFileSync(join(home, project, 'script.ts'), script)
        const tsc = join(cloneDirectory, 'node_modules/typescript/bin/tsc')
        const settings = {
          compilerOptions: { strict: true, module: 'nodenext', types: [] },
          files: ['script.ts'],
        }
        writeFileSync(join(home, project, 'tsconfig.json'), JSON.stringify(settings))
        return run(project, process.execPath, tsc).catch(
          (error: unknown) => (error as { stdout: string }).stdout,
        )
      }
      const read = (body: string): string => `
      import type { JsonLine, JsonLineOf } from 'dray/json'
      declare const process: { argv: string[] }
      declare const console: { log(text: string): void }
      const line = JSON.parse(process.argv[2] ?? '') as JsonLine
      ${body}`
      expect(
        await compile(
          read(`
          if (line.type === 'check.finished') console.log(\`\${line.version} \${line.errors + line.warnings} \${line.time}\`)
          if (line.type === 'deploy.finished') console.log(line.release.toUpperCase())
          if (line.type === 'plan.made') for (const step of line.plan.steps) console.log(step.cause)
          const failure: JsonLineOf<'failed'>['failure'] | undefined = line.type === 'failed' ? line.failure : undefined
          console.log(failure?.hint ?? 'none')`),
        ),
      ).toBe('')
      writeFileSync(join(home, project, 'Dockerfile'), 'FROM node:24\n')
      const lines = (await run(project, 'npx', 'dray', 'check', '--json')).trim().split('\n')
      const printed = await run(project, process.execPath, 'script.js', lines.at(-1) ?? '')
      expect(printed).toMatch(/^1 \d+ \d{4}-\d\d-\d\dT.*\nnone\n$/)
      expect(await compile(read("if (line.type === 'deploy.finished') console.log(line.relase)"))).toContain(
        "'relase' does not exist",
      )
    },
    guardMs,
  )
})

test('the workflow that npx writes runs the package with its checksum, and no other', async () => {
  const app = directory('app')
  writeFileSync(join(home, app, 'Dockerfile'), 'FROM node:24\nEXPOSE 3000\n')
  await run(app, 'npx', '--yes', 'dray', 'init', '--yes')
  expect(existsSync(join(home, app, 'tools/dray.mjs'))).toBe(false)
  const text = readFileSync(join(home, app, '.github/workflows/deploy.yml'), 'utf8')
  const { steps } = (parse(text) as { jobs: { deploy: { steps: { run?: string }[] } } }).jobs.deploy
  const [fetchStep = '', deployStep = ''] = steps.flatMap((step) => step.run ?? [])
  const runScript = (script: string, temporary: string) =>
    exec('bash', ['-e', '-c', script], {
      cwd: join(home, app),
      env: {
        ...settings(),
        RUNNER_TEMP: join(home, directory(temporary)),
        BUILT_IMAGES: `ghcr.io/acme/app@sha256:${'0'.repeat(64)}`,
      },
    })
  await runScript(fetchStep, 'runner')
  // It gets as far as the arguments, and prints the failure as dray does.
  await expect(runScript(deployStep.replace(' test ', ' nowhere '), 'runner')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nowhere') as string,
  })

  const other = Buffer.from(readFileSync(tarball))
  const path = `/dray/-/dray-${version}.tgz`
  const served = registry.tarballs as Map<string, Buffer>
  other[100] = (other[100] ?? 0) ^ 1
  served.set(path, other)
  await rm(join(home, 'cache'), { recursive: true })
  await expect(runScript(fetchStep, 'second-runner')).rejects.toMatchObject({ code: 1 })
  expect(existsSync(join(home, 'second-runner/package'))).toBe(false)
})
