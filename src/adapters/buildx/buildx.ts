import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import {
  parseBakeDefinition,
  renderBakeDefinition,
  type BakeDefinition,
} from '../../build/bake-definition.ts'
import { isDigest, type Digest } from '../../deploy/model/image-reference.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { parseComposeFile } from '../../shared/compose-file.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { stripControl } from '../../shared/strip-control.ts'
import { exportLines } from '../directory/values.ts'
import type { CommandOutput, RunOptions, CommandRunner } from '../host/command-runner.ts'

export type BuildxOptions = {
  runner: CommandRunner
  /** Directory of the compose files. */
  projectDirectory: string
  /** Relative to `directory`. */
  composeFiles: readonly string[]
  /** Private directory for dray's own files. */
  directory: string
  /** Variables for the compose file, Docker and the builds, in addition to the environment of this process. */
  values: Readonly<Record<string, string>>
}

/** Standard input has lines that export variables: other users can see arguments. */
export const buildxScript = `
eval "$(cat)"
exec "$@"
`

/** A line of `--progress=rawjson` is one object; it includes the output of a build step. */
const LONGEST_EVENT = 4 * 1024 ** 2

/** Docker Buildx on this machine, for the images of one app. */
export class Buildx {
  readonly #options: BuildxOptions

  constructor(options: BuildxOptions) {
    this.#options = options
  }

  /**
   * Bake's definition of the compose files. Compose resolves them first, so that its own rules apply; a missing `.env` is
   * allowed. Throws BUILDX_MISSING, COMPOSE_NOT_INSTALLED and COMPOSE_INVALID.
   */
  async readDefinition(signal: AbortSignal): Promise<BakeDefinition> {
    const { composeFiles, directory } = this.#options
    await this.#requirePlugins(signal)
    const override = await this.#write('env-files.yml', await this.#withoutEnvFiles())
    const files = [...composeFiles, override].flatMap((file) => ['-f', file])
    const config = await this.#docker(['compose', ...files, 'config', '--format', 'json'], { signal })
    if (config.exitCode !== 0) throw this.#refusal('Docker Compose', config.stderr)
    const model = buildsOf(config.stdout)
    if (Object.keys(model.services).length === 0) return { targets: new Map() }
    const builds = await this.#write('builds.yml', JSON.stringify(model))
    const printed = await this.#docker(['buildx', 'bake', '-f', builds, '--print', '--progress=quiet'], {
      signal,
    })
    if (printed.exitCode !== 0) throw this.#refusal('Buildx', printed.stderr.replaceAll(directory, ''))
    return parseBakeDefinition(printed.stdout)
  }

  /** Whether the builder can export a cache: the Engine's own builder cannot, unless it uses containerd's image store. */
  async canStoreCache(signal: AbortSignal): Promise<boolean> {
    const { stdout } = await this.#docker(['buildx', 'ls', '--format', '{{json .}}'], { signal })
    const builders = stdout
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [builderSchema.parse(parseJson(line))]))
    if (builders.find(({ Current }) => Current)?.Driver !== 'docker') return true
    const info = await this.#docker(['info', '--format', '{{json .DriverStatus}}'], { signal })
    return info.stdout.includes('io.containerd.snapshotter')
  }

  /**
   * Builds all images of the definition, pushes or loads them into this machine's Engine, and returns Bake's output.
   * Digests by target exist only for pushed images.
   */
  async bake(
    definition: BakeDefinition,
    options: {
      push: boolean
      useCache: boolean
      /** Directory with the logins; see `writeDockerConfiguration`. */
      dockerConfig: string
      onLine: (line: string) => void
      signal: AbortSignal
    },
  ): Promise<{ exitCode: number; digests: ReadonlyMap<string, Digest> }> {
    const { push, useCache, dockerConfig, onLine, signal } = options
    const file = await this.#write('bake.json', renderBakeDefinition(definition))
    const metadata = join(this.#options.directory, 'metadata.json')
    const argv = ['buildx', 'bake', '-f', file, '--progress=rawjson', '--metadata-file', metadata]
    argv.push(push ? '--push' : '--load', ...(useCache ? [] : ['--no-cache']))
    const watch = { signal, onLine, longestLine: LONGEST_EVENT }
    const { exitCode } = await this.#docker(argv, watch, { DOCKER_CONFIG: dockerConfig })
    return { exitCode, digests: exitCode === 0 && push ? await readDigests(metadata) : new Map() }
  }

  async #requirePlugins(signal: AbortSignal): Promise<void> {
    const [buildx, compose] = await Promise.all([
      this.#docker(['buildx', 'version'], { signal }),
      this.#docker(['compose', 'version', '--short'], { signal }),
    ])
    if (buildx.exitCode === 127)
      throw new DrayError('BUILDX_MISSING', 'There is no `docker` command on this machine.')
    if (buildx.exitCode !== 0)
      throw new DrayError(
        'BUILDX_MISSING',
        'Docker on this machine has no Buildx: `docker buildx version` fails.',
      )
    if (compose.exitCode === 0) return
    throw new DrayError('COMPOSE_NOT_INSTALLED', 'Docker on this machine has no Compose 2.', {
      hint: 'Install the package `docker-compose-plugin` (Docker) or `docker-compose-v2` (Ubuntu) here.',
    })
  }

  /** `.env` is on the server only. A build does not read it, and Compose would refuse a missing one. */
  async #withoutEnvFiles(): Promise<string> {
    const { composeFiles, projectDirectory } = this.#options
    const texts = await Promise.all(
      composeFiles.map((file) => readFile(join(projectDirectory, file), 'utf8')),
    )
    // Compose itself reports a file that is not YAML.
    const names = new Set(texts.flatMap((text) => parseComposeFile(text).services.map(({ name }) => name)))
    return `services:\n${[...names].map((name) => `  ${JSON.stringify(name)}: { env_file: !reset null }\n`).join('')}`
  }

  #refusal(who: string, stderr: string): DrayError {
    const lines = stripControl(stderr)
      .split('\n')
      .filter((line) => line.trim() !== '' && !/level=warning|^#\d/.test(line))
    const reason = lines.at(-1)?.replace(/^ERROR: /, '') ?? 'no reason given.'
    return new DrayError('COMPOSE_INVALID', `${who} on this machine rejected the compose file: ${reason}`, {
      details: lines.length > 1 ? { logOf: who, logTail: lines.slice(-10) } : {},
    })
  }

  async #write(name: string, text: string): Promise<string> {
    const path = join(this.#options.directory, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }

  #docker(
    argv: readonly string[],
    options: Pick<RunOptions, 'signal' | 'onLine' | 'longestLine'>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<CommandOutput> {
    const { runner, projectDirectory, values } = this.#options
    return runner.run(['sh', '-c', buildxScript, 'sh', 'docker', ...argv], {
      ...options,
      cwd: projectDirectory,
      // The files belong to the user, as with Compose: Bake would otherwise prompt at a terminal that does not exist.
      input: exportLines({ ...values, ...more, BUILDX_BAKE_ENTITLEMENTS_FS: '0' }),
    })
  }
}

const builderSchema = z.looseObject({ Current: z.boolean().default(false), Driver: z.string().default('') })

const modelSchema = z.looseObject({
  services: z
    .record(z.string(), z.looseObject({ image: z.unknown().optional(), build: z.unknown().optional() }))
    .nullish(),
  secrets: z.unknown().optional(),
})

/** The part of Compose's model that a build needs, without any value of an environment. */
function buildsOf(config: string): { services: Record<string, object> } {
  const { services, secrets } = modelSchema.parse(parseJson(config))
  const built = Object.entries(services ?? {}).filter(([, { build }]) => build !== undefined)
  return {
    services: Object.fromEntries(built.map(([name, { image, build }]) => [name, { image, build }])),
    ...(secrets === undefined ? {} : { secrets }),
  }
}

const metadataSchema = z.record(z.string(), z.unknown())
const imageSchema = z.looseObject({ 'containerimage.digest': z.string() })

async function readDigests(path: string): Promise<ReadonlyMap<string, Digest>> {
  const metadata = metadataSchema.parse(parseJson(await readFile(path, 'utf8')))
  return new Map(
    Object.entries(metadata).flatMap(([target, image]): [string, Digest][] => {
      const digest = imageSchema.safeParse(image).data?.['containerimage.digest']
      return digest !== undefined && isDigest(digest) ? [[target, digest]] : []
    }),
  )
}
