/**
 * Makes dray one executable, with Node's support for single executables:
 * https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html
 *
 *     node scripts/package/executable.mjs --target linux-x64 --node NODE --out FILE [--builder NODE] [--signers FILE] [--unsigned]
 *
 * The same tree and the same Node give the same bytes.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { inject } from 'postject'
import { bundle } from '../bundle.mjs'

/** As Node names them: `${process.platform}-${process.arch}`. */
export const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64']
const ownSigners = fileURLToPath(new URL('../../packaging/release-signers', import.meta.url))
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/**
 * @typedef {object} ExecutableRequest
 * @property {string} target one of `targets`
 * @property {string} node Node's executable for the target
 * @property {string} out the file to write
 * @property {string} [builder] an executable of the same version of Node for this machine; needed for a foreign target
 * @property {string} [signers] file of the keys whose releases `dray upgrade` accepts; default: packaging/release-signers, none without it
 * @property {boolean} [unsigned] allows an executable for macOS without a signature
 */

/**
 * @param {ExecutableRequest} request
 * @throws a sentence for an unknown target, another version of Node, and a target for macOS that cannot be signed here
 */
export async function makeExecutable({ target, node, out, builder, signers = ownSigners, unsigned = false }) {
  if (!targets.includes(target)) throw new Error(`The target ${target} is unknown: ${targets.join(', ')}.`)
  const isForMac = target.startsWith('darwin-')
  const canSign = process.platform === 'darwin'
  if (isForMac && !canSign && !unsigned)
    throw new Error(`${target} can be signed on macOS only: run this there, or add --unsigned to try it.`)
  const isForeign = target !== `${process.platform}-${process.arch}`
  if (isForeign && builder === undefined)
    throw new Error(
      `${target} is not this machine: name a Node of this machine and the same version with --builder.`,
    )
  const blob = await makeBlob({ builder: resolve(builder ?? node), node, signers, isForeign })
  copyFileSync(node, out)
  chmodSync(out, 0o755)
  if (isForMac && canSign) execFileSync('codesign', ['--remove-signature', out])
  const segment = isForMac ? { machoSegmentName: 'NODE_SEA' } : {}
  await silently(() => inject(out, 'NODE_SEA_BLOB', blob, { sentinelFuse: fuse, ...segment }))
  // Without any signature, macOS on Apple silicon kills the process. `-` signs without an identity.
  if (isForMac && canSign) execFileSync('codesign', ['--sign', '-', out])
}

/**
 * V8's code cache holds compiled code of one platform, so a foreign executable gets none: it starts slower.
 *
 * @param {{ builder: string, node: string, signers: string, isForeign: boolean }} request
 */
async function makeBlob({ builder, node, signers, isForeign }) {
  const version = execFileSync(builder, ['--version'], { encoding: 'utf8' }).trim()
  if (isForeign && !readFileSync(node).includes(`node-${version}`))
    throw new Error(`${node} is not Node ${version}, the version of ${builder}.`)
  const directory = mkdtempSync(join(tmpdir(), 'dray-executable-'))
  try {
    const { code } = await bundle()
    const { code: main } = await bundle({ 'import.meta.url': 'drayUrl' })
    writeFileSync(join(directory, 'dray.mjs'), code)
    writeFileSync(join(directory, 'main.cjs'), asCommonJs(main))
    writeFileSync(join(directory, 'release-signers'), existsSync(signers) ? readFileSync(signers) : '')
    const config = {
      main: 'main.cjs',
      output: 'blob',
      disableExperimentalSEAWarning: true,
      useCodeCache: !isForeign,
      // `dray init` copies the one to tools/, `dray upgrade` reads the other.
      assets: { 'dray.mjs': 'dray.mjs', 'release-signers': 'release-signers' },
      // Without `--` Node takes `--env-file FILE` of the command for an option of its own.
      execArgv: ['--'],
      // NODE_OPTIONS of a user is for their own programs.
      execArgvExtension: 'none',
    }
    writeFileSync(join(directory, 'config.json'), JSON.stringify(config))
    // V8's code cache differs from run to run by random hashes, which a fixed seed makes the same. Node accepts the cache in
    // a process without the seed; with a fixed --hash-seed it rejects it (tried with Node 24.22).
    const args = ['--random-seed=1', '--experimental-sea-config', 'config.json']
    execFileSync(builder, args, { cwd: directory, stdio: 'pipe' })
    return readFileSync(join(directory, 'blob'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/**
 * The script of an executable is CommonJS, which has no `await` at its top. The bundle has no import left: it loads Node's
 * modules by `process.getBuiltinModule`.
 *
 * @param {string} code
 */
function asCommonJs(code) {
  return `(async()=>{const drayUrl=require('node:url').pathToFileURL(__filename).href
${code}
})()
`
}

/**
 * postject prints warnings about sections that it does not need.
 *
 * @param {() => Promise<void>} work
 */
async function silently(work) {
  const { log, warn } = console
  Object.assign(console, { log: () => undefined, warn: () => undefined })
  try {
    await work()
  } finally {
    Object.assign(console, { log, warn })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = /** @type {const} */ ({ type: 'string' })
  const { values } = parseArgs({
    options: {
      ...{ target: option, node: option, out: option, builder: option, signers: option },
      unsigned: { type: 'boolean' },
    },
  })
  const { target, node, out } = values
  if (target === undefined || node === undefined || out === undefined)
    throw new Error(
      'Usage: executable.mjs --target TARGET --node NODE --out FILE [--builder NODE] [--signers FILE] [--unsigned]',
    )
  await makeExecutable({ ...values, target, node, out })
}
