import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runCommand, type RunResult } from './net/run-command.ts'

/** Runs `docker compose config` in a directory of these files, with no variable but `values`, whatever comes of it. */
export async function composeConfig(
  files: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>> = {},
  output: readonly string[] = ['--format', 'json'],
): Promise<RunResult> {
  const directory = await mkdtemp(join(tmpdir(), 'dray-compose-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), text)
  }
  const { PATH = '', HOME = '' } = process.env
  const argv = ['docker', 'compose', '-p', 'any', 'config', ...output]
  return runCommand(argv, { cwd: directory, env: { ...values, PATH, HOME } })
}

/** The same where Compose takes the files: what it prints. */
export async function composeModel(
  files: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await composeConfig(files, values)
  if (exitCode === 0) return stdout
  throw new Error(`Compose refuses the files: ${stderr}`)
}
