import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { DrayError } from '../errors/dray-error.ts'
import { sortByNearness } from '../shared/nearest.ts'
import { chooseComposeFiles, findComposeFile } from './compose-files.ts'
import { localHost, type DeployConfig } from './deploy-config.ts'
import { deriveAppName } from './derive-app-name.ts'
import { normalise } from './normalise.ts'
import { parseConfig } from './parse-config.ts'
import { configError } from './problem.ts'
import { checkRules } from './rules.ts'
import type { ConfigFile } from './schema.ts'
import { parseYaml } from './yaml-source.ts'

export const CONFIG_NAMES = ['dray.yml', 'dray.yaml']

export type LoadOptions = {
  cwd: string
  /** File given with `--config`, relative to `cwd`. */
  configPath?: string
  environmentName: string
  /** Asks for the owner of the repository on GitHub, in any case; the default registry is derived from it. */
  githubOwner?: () => Promise<string | undefined>
}

/**
 * The configuration of one environment. Without a dray.yml, a directory with a compose file has one environment,
 * `local`.
 *
 * Throws CONFIG_MISSING, CONFIG_SYNTAX and CONFIG_INVALID (all problems at once, with line and column),
 * ENVIRONMENT_UNKNOWN, COMPOSE_MISSING and COMPOSE_PATH_OUTSIDE.
 */
export async function loadConfig(options: LoadOptions): Promise<DeployConfig> {
  const { cwd, environmentName } = options
  const found = await readConfigFile(cwd, options.configPath)
  const file = found?.file ?? (await implicitFile(cwd))
  const configDirectory = found === undefined ? cwd : path.dirname(found.path)
  const block = Object.hasOwn(file.environments, environmentName)
    ? file.environments[environmentName]
    : undefined
  if (block === undefined) {
    const where = found === undefined ? undefined : shortPath(cwd, found.path)
    throw unknownEnvironment(environmentName, Object.keys(file.environments), where)
  }
  const compose = await chooseComposeFiles(configDirectory, block.compose)
  return normalise({
    file,
    block,
    environmentName,
    app: file.app ?? (await deriveAppName(compose.projectDirectory, compose.files)),
    githubOwner: await options.githubOwner?.(),
    projectDirectory: compose.projectDirectory,
    composeFiles: compose.files,
    configFile: found?.path,
  })
}

/** Names of the environments of dray.yml, in its order; `local` without a dray.yml. Throws as `loadConfig`. */
export async function listEnvironments(cwd: string, configPath?: string): Promise<string[]> {
  const found = await readConfigFile(cwd, configPath)
  return Object.keys((found?.file ?? (await implicitFile(cwd))).environments)
}

/** Names of the tasks of dray.yml; empty without a dray.yml. Throws as `loadConfig`. */
export async function listTasks(cwd: string, configPath?: string): Promise<string[]> {
  const found = await readConfigFile(cwd, configPath)
  return Object.keys(found?.file.tasks ?? {})
}

async function readConfigFile(
  cwd: string,
  configPath: string | undefined,
): Promise<{ path: string; file: ConfigFile } | undefined> {
  for (const name of configPath === undefined ? CONFIG_NAMES : [configPath]) {
    const filePath = path.resolve(cwd, name)
    const text = await readIfThere(filePath)
    if (text !== undefined) return { path: filePath, file: parseText(text, shortPath(cwd, filePath)) }
  }
  if (configPath === undefined) return undefined
  throw new DrayError('CONFIG_MISSING', `The file ${configPath} does not exist.`, {
    hint: 'Correct the path after `--config`.',
  })
}

async function readIfThere(filePath: string): Promise<string | undefined> {
  try {
    return await readFile(filePath, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new DrayError('CONFIG_MISSING', `${filePath} cannot be read (${code ?? String(error)}).`, {
      hint: 'Check that it is a file and that you have permission to read it.',
      cause: error,
    })
  }
}

function parseText(text: string, file: string): ConfigFile {
  const source = parseYaml(text, file)
  const parsed = parseConfig(source.value)
  const problems = 'file' in parsed ? checkRules(parsed.file) : parsed.problems
  if ('file' in parsed && problems.length === 0) return parsed.file
  throw configError(
    'CONFIG_INVALID',
    file,
    problems.map((problem) => source.locate(problem)),
  )
}

async function implicitFile(cwd: string): Promise<ConfigFile> {
  if ((await findComposeFile(cwd)) === undefined) {
    throw new DrayError('CONFIG_MISSING', `${cwd} has no dray.yml and no compose file.`)
  }
  return { environments: { [localHost]: { host: localHost } } }
}

function unknownEnvironment(name: string, known: readonly string[], file: string | undefined): DrayError {
  if (file === undefined) {
    return new DrayError(
      'ENVIRONMENT_UNKNOWN',
      `The environment \`${name}\` does not exist: without a dray.yml, the only one is \`${localHost}\`, this machine.`,
      {
        hint: `Write a dray.yml with \`environments: { ${name}: { host: user@server } }\`, or use \`${localHost}\`.`,
      },
    )
  }
  const [nearest = '', ...others] = sortByNearness(name, known)
  if (name === localHost)
    return new DrayError(
      'ENVIRONMENT_UNKNOWN',
      `${file} has no environment \`${name}\`; known environments: ${[nearest, ...others].join(', ')}.`,
      {
        hint: `Only without a dray.yml is \`${name}\` this machine. To deploy here, add \`${name}: { host: ${localHost} }\` to its environments.`,
      },
    )
  return new DrayError(
    'ENVIRONMENT_UNKNOWN',
    `${file} has no environment \`${name}\`; known environments: ${[nearest, ...others].join(', ')}.`,
    { hint: `Did you mean \`${nearest}\`?` },
  )
}

function shortPath(cwd: string, filePath: string): string {
  const relative = path.relative(cwd, filePath)
  return relative.startsWith('..') ? filePath : relative
}
