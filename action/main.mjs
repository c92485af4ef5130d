/** The action: dray itself, in this process, so that a signal of the runner's reaches it. */
import { existsSync } from 'node:fs'
import { readInputs } from './inputs.mjs'

const bundle = new URL('../dist/dray.mjs', import.meta.url)

try {
  const { argv, env, directory } = readInputs(process.env)
  if (!existsSync(bundle)) throw new Error('This commit of dray was not built: use one that a release names.')
  process.env = env
  process.chdir(directory)
  process.argv = [process.execPath, 'dray', ...argv]
  await import(bundle.href)
} catch (error) {
  const text = error instanceof Error ? error.message : String(error)
  console.log(`::error::${text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}`)
  process.exitCode = 2
}
