/** The action: runs dray in this process, so that it receives the runner's signals. */
import { existsSync } from 'node:fs'
import { readInputs } from './inputs.mjs'

const bundle = new URL('../dist/dray.mjs', import.meta.url)

try {
  const { argv, env, directory } = readInputs(process.env)
  if (!existsSync(bundle)) throw new Error('This commit of dray is not built. Use the commit of a release.')
  process.env = env
  process.chdir(directory)
  process.argv = [process.execPath, 'dray', ...argv]
  await import(bundle.href)
} catch (error) {
  const text = error instanceof Error ? error.message : String(error)
  console.log(`::error::${text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`)
  process.exitCode = 2
}
