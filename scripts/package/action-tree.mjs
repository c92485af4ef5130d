/**
 * Writes the tree of the tags that `uses: OWNER/dray@v1` names: the action with the bundle that it runs. The main branch has no
 * dist/, so a release commits this tree and puts the tags on that commit.
 *
 *     node scripts/package/action-tree.mjs DIRECTORY
 */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = [
  'action.yml',
  'action/inputs.mjs',
  'action/main.mjs',
  'action/post.mjs',
  'dist/dray.mjs',
  'dist/THIRD-PARTY-NOTICES.txt',
  'LICENSE',
  'README.md',
]

/**
 * @param {string} directory empty, or not there yet
 * @throws a sentence if it has files, and if dray is not built
 */
export function writeActionTree(directory) {
  if (!existsSync(join(root, 'dist/dray.mjs')))
    throw new Error('dray is not built: run `npm run build` first.')
  const others = existsSync(directory) ? readdirSync(directory).filter((name) => name !== '.git') : []
  if (others.length > 0) throw new Error(`${directory} is not empty: it has ${others.join(', ')}.`)
  for (const file of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    cpSync(join(root, file), join(directory, file))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [directory] = process.argv.slice(2)
  if (directory === undefined) throw new Error('Usage: action-tree.mjs DIRECTORY')
  writeActionTree(directory)
}
