/**
 * Makes the files of a release in out/, which is emptied first:
 *
 *     npm run package -- [--node TARGET=NODE]... [--builder NODE] [--executable TARGET=FILE]...
 *                        [--node-licence FILE]
 *                        [--repository OWNER/NAME] [--signing-key FILE] [--signers FILE]
 *
 * `--node` builds an executable from that Node, `--executable` takes one that is built already; both hold Node, so
 * `--node-licence` names the LICENSE of Node's archive. `--repository` is where the
 * release will be, for install.sh. `--signing-key` is an SSH key; its public half has to be in packaging/release-signers (or the
 * file of `--signers`), whose keys install.sh trusts.
 */
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { writeActionTree } from './action-tree.mjs'
import { makeExecutable, targets } from './executable.mjs'
import { renderInstallScript } from './render-install-script.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = join(root, 'out')
const text = /** @type {const} */ ({ type: 'string' })
const texts = /** @type {const} */ ({ type: 'string', multiple: true, default: [] })
const { values } = parseArgs({
  options: {
    ...{ node: texts, executable: texts },
    'node-licence': text,
    ...{ builder: text, repository: text, 'signing-key': text, signers: text },
  },
})
const given = values.signers ?? join(root, 'packaging/release-signers')
const signers = existsSync(given) ? readFileSync(given, 'utf8').trim() : ''

assertSigner()
rmSync(out, { recursive: true, force: true })
mkdirSync(out)
execFileSync('npm', ['pack', '--silent', '--pack-destination', out], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
})
for (const name of ['completions', 'man'])
  cpSync(join(root, 'dist', name), join(out, name), { recursive: true })
copyFileSync(join(root, 'dist/dray.mjs'), join(out, 'dray.mjs'))
writeActionTree(join(out, 'action'))
writeTar(join(out, 'action'), join(out, 'dray-action.tar'))
await addExecutables()
writeInstallScript()
writeChecksums()
for (const name of readdirSync(out)) console.log(`out/${name}`)

/** Users check the signature with the keys in install.sh. */
function assertSigner() {
  const key = values['signing-key']
  if (key === undefined) return
  const [type, text] = execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).trim().split(' ')
  if (!signers.includes(`${type} ${text}`))
    throw new Error(`The key ${key} is not in ${given}: users could not check its signature.`)
}

async function addExecutables() {
  if (values.node.length + values.executable.length === 0) return
  const licence = values['node-licence']
  if (licence === undefined)
    throw new Error('The executables hold Node: name its licence with --node-licence.')
  copyFileSync(licence, join(out, 'NODE-LICENCE.txt'))
  const file = join(out, 'executable')
  for (const [target, node] of values.node.map(split)) {
    await makeExecutable({
      target,
      node,
      out: file,
      signers: given,
      ...(values.builder === undefined ? {} : { builder: values.builder }),
    })
    compress(target, file)
    rmSync(file)
  }
  for (const [target, path] of values.executable.map(split)) compress(target, path)
}

/**
 * @param {string} target
 * @param {string} file
 */
function compress(target, file) {
  writeFileSync(join(out, `dray-${target}.gz`), gzipSync(readFileSync(file), { level: 9 }))
}

/**
 * @param {string} pair `TARGET=FILE`
 * @returns {[string, string]}
 */
function split(pair) {
  const [target = '', ...file] = pair.split('=')
  if (!targets.includes(target) || file.length === 0)
    throw new Error(`${pair} is not TARGET=FILE. Targets: ${targets.join(', ')}.`)
  return [target, file.join('=')]
}

/**
 * The same bytes on every machine and at any time.
 *
 * @param {string} directory
 * @param {string} file
 */
function writeTar(directory, file) {
  const same = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
  ]
  execFileSync('tar', [...same, '--format=ustar', '-C', directory, '-cf', file, '.'])
}

function writeInstallScript() {
  if (signers === '' || values.repository === undefined) {
    console.log('install.sh is left out: it needs --repository, and a key in packaging/release-signers.')
    return
  }
  const script = renderInstallScript({ repository: values.repository, signers })
  writeFileSync(join(out, 'install.sh'), script, { mode: 0o755 })
}

function writeChecksums() {
  const list = join(out, 'SHA256SUMS')
  const files = readdirSync(out, { withFileTypes: true }).filter((it) => it.isFile())
  const lines = files
    .map(({ name }) => name)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex')}  ${name}\n`,
    )
  writeFileSync(list, lines.join(''))
  const key = values['signing-key']
  if (key === undefined) return
  execFileSync('ssh-keygen', ['-Y', 'sign', '-q', '-f', key, '-n', 'dray-release', list], { stdio: 'pipe' })
}
