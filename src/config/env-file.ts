import { lstat, readFile, unlink } from 'node:fs/promises'
import path from 'node:path'
import { DrayError } from '../errors/dray-error.ts'

/** The content of a file of deploy-time values. Any value may be a secret. */
export type EnvFile = {
  values: ReadonlyMap<string, string>
  /** Messages for the user, with line numbers and variable names, never values. */
  warnings: readonly string[]
}

/**
 * Reads a file of deploy-time values and deletes it, whatever it contains. A link is deleted, not its target.
 *
 * Throws ENV_FILE_INVALID: the file does not exist, is not text, cannot be deleted, or is the app's own `.env`, which is kept.
 */
export async function readAndDeleteEnvFile(filePath: string): Promise<EnvFile> {
  if (path.basename(filePath) === '.env') {
    throw new DrayError(
      'ENV_FILE_INVALID',
      `${filePath} is the app's own \`.env\`, not a file of deploy-time values.`,
      {
        hint: 'Name the file that CI writes for one deploy, such as `.env.deploy`. dray deletes it after reading it.',
      },
    )
  }
  let content: Uint8Array
  try {
    content = await read(filePath)
  } finally {
    await remove(filePath)
  }
  return parseEnvFile(decode(content, filePath))
}

/**
 * Reads the assignments as the specification's shell loop does: every line whose first character is a letter, digit or `_`
 * and that has a `=` is exported unchanged, never evaluated; other lines are ignored; the last line needs no newline.
 * In addition, a carriage return at the end of a line and a byte order mark are removed, with a warning.
 */
export function parseEnvFile(text: string): EnvFile {
  const values = new Map<string, string>()
  const warnings: string[] = []
  const hasMark = text.startsWith('\uFEFF')
  if (hasMark) warnings.push('It starts with a byte order mark, which was removed.')

  const lines = (hasMark ? text.slice(1) : text).split('\n')
  const withReturn = lines.flatMap((line, index) => (line.endsWith('\r') ? [index + 1] : []))
  if (withReturn.length > 0) {
    warnings.push(
      `${describeLines(withReturn)} with a carriage return (Windows line ends), which was removed.`,
    )
  }
  for (const [index, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const warning = takeLine(line, values)
    if (warning !== undefined) warnings.push(`Line ${index + 1} ${warning}`)
  }
  return { values, warnings }
}

function takeLine(line: string, values: Map<string, string>): string | undefined {
  if (!/^[A-Za-z0-9_][^]*=/.test(line)) return undefined
  const equals = line.indexOf('=')
  const name = line.slice(0, equals)
  const value = line.slice(equals + 1)
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const hint = name.startsWith('export ') ? ' Write NAME=value without `export`.' : ''
    return `was ignored: the text before \`=\` is not the name of a variable.${hint}`
  }
  values.set(name, value)
  return /^(?:'[^]*'|"[^]*")$/.test(value)
    ? `has quotes around the value of ${name}, which stay part of the value. Remove them if they are not intended.`
    : undefined
}

function describeLines(lines: readonly number[]): string {
  const [first = 0] = lines
  return lines.length === 1 ? `Line ${first} ends` : `${lines.length} lines (the first is line ${first}) end`
}

async function read(filePath: string): Promise<Uint8Array> {
  try {
    return await readFile(filePath)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const what = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`
    throw new DrayError('ENV_FILE_INVALID', `The file of deploy-time values ${filePath} ${what}.`, {
      hint: 'Write the file again in the pipeline for every deploy: dray deletes it after reading it.',
      cause: error,
    })
  }
}

async function remove(filePath: string): Promise<void> {
  // `--env-file <(…)` and /dev/stdin name a stream, not a file that stays behind.
  if (/^\/(?:dev|proc)\//.test(filePath)) return
  try {
    if ((await lstat(filePath)).isDirectory()) return
    await unlink(filePath)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') return
    throw new DrayError(
      'ENV_FILE_INVALID',
      `The file of deploy-time values ${filePath} cannot be deleted (${code ?? String(error)}), and it may hold a token.`,
      {
        hint: 'Delete it by hand, and write it to a directory where you have write permission.',
        cause: error,
      },
    )
  }
}

function decode(content: Uint8Array, filePath: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch (error) {
    throw new DrayError('ENV_FILE_INVALID', `The file of deploy-time values ${filePath} is not UTF-8 text.`, {
      hint: 'Write one NAME=value per line. In PowerShell, write the file with `Out-File -Encoding utf8NoBOM`.',
      cause: error,
    })
  }
}
