import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { renderInstallScript } from '../../../scripts/package/render-install-script.mjs'

/** Stands for the executable: it starts, and has a version. */
const program = (version: string): string => `#!/bin/sh\necho ${version}\n`
let keys: string
let script: string
let directory: string
let server: Server
let url: string
/** What the server sends in place of a file; `cut`: half of it. */
let faults: Readonly<Record<string, Buffer | 'cut' | undefined>>

const path = (...names: string[]): string => join(directory, ...names)
const target = `linux-${process.arch}`
const packed = `dray-${target}.gz`

function makeKey(name: string): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(keys, name)])
  return readFileSync(join(keys, `${name}.pub`), 'utf8').trim()
}

/** The files of a release, signed with a key. */
function writeRelease(version: string, key = 'release'): void {
  const at = path('release')
  rmSync(at, { recursive: true, force: true })
  mkdirSync(at, { recursive: true })
  writeFileSync(join(at, packed), gzipSync(program(version)))
  writeFileSync(join(at, `dray-${version}.tgz`), 'the package')
  const sums = [packed, `dray-${version}.tgz`].map((name) => {
    const hash = createHash('sha256').update(readFileSync(join(at, name)))
    return `${hash.digest('hex')}  ${name}\n`
  })
  writeFileSync(join(at, 'SHA256SUMS'), sums.join(''))
  const argv = ['-Y', 'sign', '-q', '-f', join(keys, key), '-n', 'dray-release', join(at, 'SHA256SUMS')]
  execFileSync('ssh-keygen', argv)
}

beforeAll(async () => {
  keys = mkdtempSync(join(tmpdir(), 'dray-keys-'))
  const signers = `dray namespaces="dray-release" ${makeKey('release')}\n`
  makeKey('stranger')
  script = join(keys, 'install.sh')
  writeFileSync(script, renderInstallScript({ repository: 'acme/dray', signers }))
  server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1)
    const file = path('release', name)
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    const body = readFileSync(file)
    const fault = faults[name]
    if (fault === 'cut') {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, body.length / 2), () => response.destroy())
    } else response.end(fault ?? body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(keys, { recursive: true })
})

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dray-install-'))
  faults = {}
  mkdirSync(path('tmp'))
  mkdirSync(path('bin'))
  writeRelease('1.2.3')
})

afterEach(() => rmSync(directory, { recursive: true }))

type Result = { exitCode: number; stdout: string; stderr: string }

function install(env: Readonly<Record<string, string>> = {}, shell = 'sh'): Promise<Result> {
  const all = {
    PATH: `${path('bin')}:${process.env['PATH'] ?? ''}`,
    HOME: path('home'),
    TMPDIR: path('tmp'),
    DRAY_DOWNLOAD_URL: url,
    ...env,
  }
  return new Promise((resolve) => {
    execFile(shell, [script], { env: all }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

/** A program of that name that prints a text, first in PATH. */
function fakeProgram(name: string, body: string): void {
  writeFileSync(path('bin', name), `#!/bin/sh\n${body}\n`)
  chmodSync(path('bin', name), 0o755)
}

const installed = (): string => execFileSync(path('home/.local/bin/dray'), { encoding: 'utf8' }).trim()

describe('dray is installed for a user', () => {
  test.each(['sh', 'bash'])('by %s from a server', async (shell) => {
    const { exitCode, stdout } = await install({}, shell)
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `Installed dray 1.2.3 as ${path('home/.local/bin/dray')}.
It is not in your PATH yet. Add this line to the start-up file of your shell:
  export PATH="${path('home/.local/bin')}:$PATH"
`,
    })
    expect(installed()).toBe('1.2.3')
    expect(readdirSync(path('tmp'))).toEqual([])
  })

  test('from a directory, without a network', async () => {
    fakeProgram('curl', 'exit 7')
    fakeProgram('wget', 'exit 4')
    expect(await install({ DRAY_DOWNLOAD_URL: path('release'), DRAY_VERSION: 'v1.2.3' })).toMatchObject({
      exitCode: 0,
    })
    expect(installed()).toBe('1.2.3')
  })

  test('over an older one, and where they want it', async () => {
    await install()
    writeRelease('1.3.0')
    await install()
    expect(installed()).toBe('1.3.0')
    const place = path('a place')
    const { stdout } = await install({
      DRAY_INSTALL_DIR: place,
      PATH: `${process.env['PATH'] ?? ''}:${place}`,
    })
    expect(stdout).toBe(`Installed dray 1.3.0 as ${place}/dray.\n`)
    expect(readdirSync(place)).toEqual(['dray'])
  })
})

describe('nothing is installed, and nothing is left,', () => {
  const cases: readonly [string, () => Readonly<Record<string, string>>, string][] = [
    [
      'if the executable was changed',
      () => {
        faults = { [packed]: gzipSync(program('9.9.9')) }
        return {}
      },
      `The checksum of URL/${packed} is wrong: the download is incomplete or was changed.`,
    ],
    [
      'if the list of checksums was changed',
      () => {
        faults = { SHA256SUMS: Buffer.from(`${'0'.repeat(64)}  ${packed}\n`) }
        return {}
      },
      'The signature of URL/SHA256SUMS is wrong: the files may not come from the authors of dray.',
    ],
    [
      'if another key signed the release',
      () => {
        writeRelease('1.2.3', 'stranger')
        return {}
      },
      'The signature of URL/SHA256SUMS is wrong',
    ],
    [
      'if the connection breaks',
      () => {
        faults = { [packed]: 'cut' }
        return {}
      },
      `URL/${packed} cannot be read.`,
    ],
    [
      'if another release is served',
      () => ({ DRAY_VERSION: '1.3.0' }),
      'The files at URL are not those of dray 1.3.0.',
    ],
    [
      'if the release does not start',
      () => {
        const broken = gzipSync('#!/bin/sh\necho no such library >&2\nexit 127\n')
        writeFileSync(path('release', packed), broken)
        const sums = `${createHash('sha256').update(broken).digest('hex')}  ${packed}\n`
        writeFileSync(path('release/SHA256SUMS'), sums)
        rmSync(path('release/SHA256SUMS.sig'))
        const argv = ['-Y', 'sign', '-q', '-f', join(keys, 'release'), '-n', 'dray-release']
        execFileSync('ssh-keygen', [...argv, path('release/SHA256SUMS')])
        return {}
      },
      'The executable does not start on this machine. no such library',
    ],
    [
      'if there is no release',
      () => ({ DRAY_DOWNLOAD_URL: `${url}/none` }),
      'URL/none/SHA256SUMS cannot be read.',
    ],
    [
      'on a platform without an executable',
      () => {
        fakeProgram('uname', 'if [ "$1" = -m ]; then echo riscv64; else echo Linux; fi')
        return {}
      },
      'There is no executable for Linux on riscv64. With Node 20.19 or newer, use: npm install --global dray',
    ],
    [
      'where a directory cannot be made',
      () => ({ DRAY_INSTALL_DIR: '/proc/dray/bin' }),
      'The directory /proc/dray/bin cannot be made. Choose another one with DRAY_INSTALL_DIR.',
    ],
    [
      'where a directory cannot be written',
      () => ({ DRAY_INSTALL_DIR: '/proc/self' }),
      '/proc/self cannot be written. Choose another directory with DRAY_INSTALL_DIR.',
    ],
  ]

  test.each(cases)('%s', async (_, prepare, sentence) => {
    const env = prepare()
    const { exitCode, stdout, stderr } = await install(env)
    expect(stderr).toContain(`dray was not installed. ${sentence.replace('URL', url)}`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(readdirSync(path('tmp'))).toEqual([])
    const bin = path('home/.local/bin')
    expect(existsSync(bin) ? readdirSync(bin) : []).toEqual([])
  })

  test('if only half of the script arrived', async () => {
    const text = readFileSync(script, 'utf8')
    for (const part of [0.5, 0.9, 0.99]) {
      const half = join(keys, 'half.sh')
      writeFileSync(half, text.slice(0, Math.floor(text.length * part)))
      const env = { PATH: process.env['PATH'] ?? '', HOME: path('home'), DRAY_DOWNLOAD_URL: url }
      await new Promise((resolve) => execFile('sh', [half], { env }, resolve))
      expect(existsSync(path('home'))).toBe(false)
    }
  })
})

test('a value that would end the quotes of the script is refused', () => {
  expect(() => renderInstallScript({ repository: "a';reboot;'", signers: 'dray ssh-ed25519 AAAA' })).toThrow(
    'has a quote or a backslash',
  )
})
