import { Buffer } from 'node:buffer'
import { scrypt } from 'node:crypto'
import { posix } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import type { StackContent } from '../../deploy/model/cluster.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { findEnvironmentSecrets, isDistinct } from '../../shared/secrets/environment-secrets.ts'
import { Secret } from '../../shared/secrets/secret.ts'
import type { Redactor } from '../../shared/secrets/redact.ts'
import { composeRefusal } from '../compose/compose-failure.ts'
import type { AppPlace } from '../directory/app-place.ts'
import { runReadingScript } from '../directory/host-script.ts'
import { parseSections, sectionText } from '../directory/sections.ts'
import { exportLines } from '../directory/values.ts'
import { configName } from './names.ts'
import { contentScript } from './stack-scripts.ts'

/** A secret or config as it is stored in the swarm. */
export type StoredContent = Pick<StackContent, 'kind' | 'key'> & { name: string; data: Uint8Array }

/** Bytes, which must be fewer, and more than none: swarmkit, manager/controlapi/{secret,config}.go. */
const MOST_BYTES = { secrets: 500 * 1024, configs: 1000 * 1024 }

type Reading = {
  place: AppPlace
  stack: string
  /** Files of the release by path. */
  files: ReadonlyMap<string, Uint8Array>
  readMask: () => Promise<Redactor>
  signal?: AbortSignal | undefined
}

/**
 * Reads the contents on the manager, of files in the app's directory and of variables, and names each after itself. They are held in
 * memory only; `place.onSecrets` receives the secrets. Throws COMPOSE_INVALID for one that cannot be read, and STACK_UNSUPPORTED for
 * one that a swarm does not store.
 */
export async function readContents(
  contents: readonly StackContent[],
  { place, stack, files, readMask, signal }: Reading,
): Promise<StoredContent[]> {
  if (contents.length === 0) return []
  const { runner, path, values } = place
  const shipped = (file: string) => files.get(posix.relative(path, posix.resolve(path, file)))
  const asked = contents.map(({ file, environment = '' }) =>
    file === undefined ? `env:${environment}` : shipped(file) === undefined ? `file:${file}` : 'shipped',
  )
  const { exitCode, stdout, stderr } = await runReadingScript(runner, contentScript, {
    args: [path, String(MOST_BYTES.secrets), ...asked],
    input: exportLines(values),
    ...(signal && { signal }),
  })
  if (exitCode !== 0)
    throw composeRefusal(stderr, { host: runner.name, path, stage: path, mask: await readMask() })
  const sections = parseSections(stdout)
  const variables = readVariables(sectionText(sections, 'variables') ?? '')
  const stored: StoredContent[] = []
  for (const [index, content] of contents.entries()) {
    const { kind, key, file, environment = '' } = content
    const printed = sectionText(sections, `file ${index}`)
    const data =
      file === undefined
        ? new TextEncoder().encode(variables[`DRAY_VALUE_${environment}`] ?? '')
        : (shipped(file) ?? (printed === undefined ? undefined : Buffer.from(printed, 'base64')))
    if (data === undefined) throw notThere(content, place)
    refuseSize(content, data.byteLength, runner.name)
    if (kind === 'secrets') place.onSecrets?.(partsOf(data))
    stored.push({
      kind,
      key,
      data,
      name: configName(stack, key, await slowHash(data, `${kind} ${stack} ${key}`)),
    })
  }
  return stored
}

const modelSchema = z.object({
  services: z.object({ any: z.object({ environment: z.record(z.string(), z.string().nullable()) }) }),
})

/** Compose doubles a dollar sign in its output. */
function readVariables(text: string): Readonly<Record<string, string>> {
  const { environment } = modelSchema.safeParse(parseJson(text)).data?.services.any ?? { environment: {} }
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, (value ?? '').replaceAll('$$', '$')]),
  )
}

/** Others see the names in the swarm: a short value must not be guessed from one. In hexadecimal digits. */
async function slowHash(data: Uint8Array, salt: string): Promise<string> {
  const hash = (await promisify(scrypt)(data, salt, 32)) as Buffer
  return hash.toString('hex')
}

function notThere({ kind, key, file = '' }: StackContent, { runner, path }: AppPlace): DrayError {
  return new DrayError(
    'COMPOSE_INVALID',
    `${file}, the file of ${key} under \`${kind}\`, cannot be read in ${path} on ${runner.name}.`,
    {
      hint: `Put it there by hand, readable for the user that dray connects as: \`install -D -m 600 /dev/stdin ${posix.resolve(path, file)}\`.`,
    },
  )
}

function refuseSize({ kind, key, environment }: StackContent, bytes: number, host: string): void {
  if (bytes > 0 && bytes < MOST_BYTES[kind]) return
  const thing = `${kind.replace(/s$/, '')} ${key}`
  throw new DrayError(
    'STACK_UNSUPPORTED',
    bytes === 0
      ? `The content of ${thing}${environment === undefined ? '' : `, the variable ${environment},`} is empty on ${host}, and a swarm stores no empty ${kind}.`
      : `The content of ${thing} on ${host} is too large: a swarm stores fewer than ${MOST_BYTES[kind] / 1024} KiB.`,
  )
}

/** Lines of a longer file that are masked. */
const MOST_LINES = 200

/**
 * What is masked of a content: its lines, the values of its variables, and the texts in its JSON, as far as they are no ordinary text.
 * Nothing of one that is no text.
 */
function partsOf(data: Uint8Array): Secret[] {
  const text = readText(data)
  if (text === undefined) return []
  const lines = text.split('\n').map((line) => line.trim())
  const parts = [...lines.slice(0, MOST_LINES), ...textsIn(parseJson(text)).slice(0, MOST_LINES)]
  return [
    ...findEnvironmentSecrets(lines.slice(0, MOST_LINES)),
    ...[...new Set(parts)]
      .filter((it) => isDistinct(it) && !/^-+(?:BEGIN|END) /.test(it))
      .map((it) => new Secret(it)),
  ]
}

/** Undefined for bytes that are not UTF-8. */
function readText(data: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data)
  } catch {
    return undefined
  }
}

/** The texts in a value from JSON, by line. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.split('\n').map((line) => line.trim())
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
