import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { LocalRunner } from './local-runner.ts'

/**
 * SHA-512 of the package `dray` of a version, in npm's form: `sha512-` and Base64. It is the one that npm has checked when
 * it installed the package into `directory` (npm writes it into node_modules/.package-lock.json), else the one that the
 * registry names. Throws INIT_NO_CHECKSUM if neither is there.
 */
export async function readPackageIntegrity(
  { version, directory }: { version: string; directory: string | undefined },
  { cwd, signal }: { cwd: string; signal: AbortSignal },
): Promise<string> {
  const installed = directory === undefined ? undefined : await readInstalled(directory)
  const integrity = installed ?? (await askRegistry(version, { cwd, signal }))
  if (integrity !== undefined && isSha512(integrity)) return integrity
  throw new DrayError('INIT_NO_CHECKSUM', `The npm registry names no SHA-512 checksum of dray ${version}.`)
}

async function readInstalled(directory: string): Promise<string | undefined> {
  const file = path.join(path.dirname(directory), '.package-lock.json')
  const text = await readFile(file, 'utf8').catch(() => '')
  const lock = parseJson(text) as { packages?: Record<string, { integrity?: unknown }> } | undefined
  const integrity = lock?.packages?.['node_modules/dray']?.integrity
  return typeof integrity === 'string' ? integrity : undefined
}

async function askRegistry(
  version: string,
  { cwd, signal }: { cwd: string; signal: AbortSignal },
): Promise<string | undefined> {
  await using runner = new LocalRunner()
  const argv = ['npm', 'view', `dray@${version}`, 'dist.integrity']
  try {
    const { stdout } = await runner.run(argv, { cwd, signal, timeoutMs: 60_000 })
    return stdout.trim()
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** The 64 bytes of SHA-512 in Base64. */
function isSha512(integrity: string): boolean {
  return /^sha512-[\w+/]{86}==$/.test(integrity)
}
