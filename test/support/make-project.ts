import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { loadConfig, type LoadOptions } from '../../src/config/load-config.ts'
import type { DeployConfig } from '../../src/config/deploy-config.ts'
import { DrayError } from '../../src/errors/dray-error.ts'

export const composeText = 'services:\n  backend:\n    image: ghcr.io/acme/shop-backend\n'

/** A directory with the given files, named `shop`, that goes away with the test. */
export async function makeProject(files: Readonly<Record<string, string>>): Promise<string> {
  const parent = await mkdtemp(path.join(tmpdir(), 'dray-test-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const directory = path.join(parent, 'shop')
  await mkdir(directory)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(directory, name)), { recursive: true })
    await writeFile(path.join(directory, name), text)
  }
  return directory
}

/** Loads a dray.yml beside a small compose file. */
export async function load(drayYml: string, options: Partial<LoadOptions> = {}): Promise<DeployConfig> {
  const cwd = await makeProject({ 'dray.yml': drayYml, 'docker-compose.yml': composeText })
  return loadConfig({ cwd, environmentName: 'test', ...options })
}

/** The DrayError that an action fails with; anything else fails the test. */
export async function failureOf(action: Promise<unknown> | (() => unknown)): Promise<DrayError> {
  try {
    await (typeof action === 'function' ? action() : action)
  } catch (error) {
    if (error instanceof DrayError) return error
    throw error
  }
  throw new Error('It did not fail.')
}

/** Every problem of a configuration as `file:line:column path: message`. */
export async function problemsOf(drayYml: string): Promise<readonly string[]> {
  const { details, message } = await failureOf(load(drayYml))
  const { location, problems } = details
  if (problems !== undefined) return problems
  if (location === undefined) return [message]
  const { file, line, column } = location
  return [`${file}:${line}:${column} ${message.slice(file.length + 2)}`]
}
