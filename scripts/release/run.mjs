import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The output of a command without the line break at its end; its messages go to standard error.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').ExecFileSyncOptions} [options]
 * @returns {string}
 * @throws if it fails
 */
export function run(program, args, options = {}) {
  const output = execFileSync(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 64 * 1024 ** 2,
    ...options,
    encoding: 'utf8',
  })
  return (output ?? '').trimEnd()
}

/**
 * Runs `main` if this file was started itself. A failure is one line, as an annotation in Actions, and exit code 1.
 *
 * @param {string} url of the module: `import.meta.url`
 * @param {() => unknown} main
 */
export async function ifStarted(url, main) {
  if (process.argv[1] !== fileURLToPath(url)) return
  try {
    await main()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    console.error(
      process.env['GITHUB_ACTIONS'] === 'true' ? `::error::${text.replaceAll('\n', '%0A')}` : text,
    )
    process.exitCode = 1
  }
}

/**
 * Sets outputs of the step.
 *
 * @param {Readonly<Record<string, string>>} outputs each in one line
 */
export function setOutputs(outputs) {
  const file = process.env['GITHUB_OUTPUT']
  for (const [name, value] of Object.entries(outputs)) {
    console.log(`${name}=${value}`)
    if (file) appendFileSync(file, `${name}=${value}\n`)
  }
}

/**
 * A variable of the step.
 *
 * @param {string} name
 * @returns {string}
 * @throws if it is not set
 */
export function variable(name) {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set.`)
  return value
}
