import { randomUUID } from 'node:crypto'
import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DrayError } from '../../errors/dray-error.ts'
import { LocalRunner } from '../host/local-runner.ts'

/**
 * Replaces an executable: writes the new one beside it, runs it once with `--version`, and renames it over the old one, so that
 * at every moment a complete one is there. A link stays, and its target is replaced. Throws UPGRADE_FAILED.
 */
export async function replaceProgram(
  program: string,
  { content, version }: { content: Uint8Array; version: string },
): Promise<void> {
  const path = await realpath(program).catch((error: unknown): never => {
    throw notWritten(program, error)
  })
  const next = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    const { mode } = await stat(path)
    await writeFile(next, content, { mode: 0o700, flag: 'wx' })
    await chmod(next, mode & 0o7777)
    await expectVersion(next, version)
    await rename(next, path)
  } catch (error) {
    await rm(next, { force: true })
    throw error instanceof DrayError ? error : notWritten(path, error)
  }
}

async function expectVersion(program: string, version: string): Promise<void> {
  await using runner = new LocalRunner()
  const { exitCode, stdout, stderr } = await runner.run([program, '--version'], { timeoutMs: 60_000 })
  if (exitCode === 0 && stdout.trim() === version) return
  throw new DrayError(
    'UPGRADE_FAILED',
    `The new executable does not run on this machine: exit code ${exitCode}.`,
    {
      hint: 'Nothing was replaced. `npm install -g dray` needs only Node.',
      details: { logOf: 'dray --version', logTail: `${stdout}${stderr}`.trim().split('\n').slice(-5) },
    },
  )
}

function notWritten(path: string, error: unknown): DrayError {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return new DrayError('UPGRADE_FAILED', `${path} could not be replaced${code}.`, {
    hint: `Run it as a user who can write to ${dirname(path)}.`,
    cause: error,
  })
}
