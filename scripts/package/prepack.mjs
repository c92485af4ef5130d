/**
 * Makes what the npm package holds and the repository does not: dist/dray.mjs, the types of `dray/json`, man pages and
 * completion scripts. npm runs it before `npm pack` and `npm publish`.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = join(root, 'dist')
/** Names of the scripts where the shells look for them: bash-completion, zsh's `fpath`, fish. */
const completions = { bash: 'dray.bash', zsh: '_dray', fish: 'dray.fish' }

node('scripts/build.mjs')
for (const name of ['man', 'completions']) rmSync(join(dist, name), { recursive: true, force: true })
node('--import', 'tsx', 'scripts/package/write-man-pages.ts', join(dist, 'man'))
mkdirSync(join(dist, 'completions'))
for (const [shell, name] of Object.entries(completions))
  writeFileSync(join(dist, 'completions', name), node('dist/dray.mjs', 'completion', shell))
writeTypes()

/** One file without imports: a user's compiler needs nothing but it. */
function writeTypes() {
  const path = join(dist, 'json.d.ts')
  const generator = 'node_modules/dts-bundle-generator/dist/bin/dts-bundle-generator.js'
  node(
    generator,
    '--silent',
    '--no-check',
    '--project',
    'tsconfig.json',
    '-o',
    path,
    'src/cli/command/json-line.ts',
  )
  const text = readFileSync(path, 'utf8')
  if (/^import\b/m.test(text)) throw new Error('dist/json.d.ts imports a package, which users do not have.')
}

/**
 * Runs a script in the clone and gives what it prints.
 *
 * @param {readonly string[]} args
 */
function node(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}
