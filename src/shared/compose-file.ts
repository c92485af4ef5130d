import { parseAllDocuments, Scalar, type Tags } from 'yaml'
import { onceFor } from './once-for.ts'
import { interpolate } from './compose-template.ts'

/** A compose file as written: nothing is merged, included or filled in. What has a wrong shape is left out. */
export type ComposeFile = {
  name: string | undefined
  services: readonly ComposeService[]
  /** Files under `include` and their env files, relative to this file. */
  includedFiles: readonly string[]
  /** Variables that are the content of secrets and configs: `environment: API_KEY`. */
  contentVariables: readonly string[]
  /** Why the text is not YAML. It then has no services. */
  syntaxError: string | undefined
}

/** Paths are relative to the compose file. */
export type ComposeService = {
  name: string
  image: string | undefined
  build: ComposeBuild | undefined
  /** `entrypoint` and `command` as one text; absent without either. */
  command?: string
  /** The `file` under `extends`. */
  extendedFile: string | undefined
  envFiles: readonly string[]
  /** Those with `format: raw`. */
  rawEnvFiles: readonly string[]
  labelFiles: readonly string[]
  /** Variables that it passes on under `environment` without a value of its own. */
  passedVariables: readonly string[]
}

/** `dockerfile` is relative to `context`. */
export type ComposeBuild = { context: string; dockerfile: string; target: string | undefined }

/** Parses a compose file of one or more documents; never throws. */
export function parseComposeFile(text: string): ComposeFile {
  const { documents, syntaxError } = readYaml(text)
  const allOf = (key: string): unknown[] => documents.map((document) => childOf(document, key))
  return {
    name: allOf('name')
      .flatMap((it) => textOf(it) ?? [])
      .at(-1),
    services: allOf('services')
      .flatMap(entriesOf)
      .map(([name, value]) => readService(name, value)),
    includedFiles: allOf('include')
      .flatMap(listOf)
      .flatMap((it) => (isMap(it) ? [it['path'], it['env_file']] : [it]).flatMap(textsOf)),
    contentVariables: ['secrets', 'configs']
      .flatMap((key) => allOf(key).flatMap(entriesOf))
      .flatMap(([, value]) => textOf(childOf(value, 'environment')) ?? []),
    syntaxError,
  }
}

/** The same for the content of a file, which is parsed once however many hosts ask. */
export const parseComposeContent = onceFor((content: Uint8Array) =>
  parseComposeFile(new TextDecoder().decode(content)),
)

/** Images of the services in compose files, with `values` and the files' defaults filled in. */
export function findComposeImages(
  composeTexts: readonly string[],
  values: Readonly<Record<string, string>>,
): string[] {
  return composeTexts
    .flatMap((text) => parseComposeFile(text).services)
    .flatMap(({ image }) => (image === undefined ? [] : [interpolate(image, values)]))
}

/** Whether a compose file has one of the variables elsewhere than in the image of a service; true if it cannot be read. */
export function usesBesideImages(text: string, variables: readonly string[]): boolean {
  const { documents, syntaxError } = readYaml(text)
  if (syntaxError !== undefined) return true
  const withoutImages = documents.map((document) => ({
    document: isMap(document) ? { ...document, services: undefined } : document,
    services: entriesOf(childOf(document, 'services')).map(([name, service]) => [
      name,
      isMap(service) ? { ...service, image: undefined } : service,
    ]),
  }))
  return hasWord(JSON.stringify(withoutImages), variables)
}

/** Whether a text has one of the names of variables as a word. */
export function hasWord(text: string, names: readonly string[]): boolean {
  return names.some((name) => new RegExp(`(?<!\\w)${name}(?!\\w)`).test(text))
}

/** Reads a service's `build`: a directory, or a map. Undefined for anything else. */
export function readBuild(value: unknown): ComposeBuild | undefined {
  if (typeof value === 'string') return { context: value, dockerfile: 'Dockerfile', target: undefined }
  if (!isMap(value)) return undefined
  return {
    context: textOf(value['context']) ?? '.',
    dockerfile: textOf(value['dockerfile']) ?? 'Dockerfile',
    target: textOf(value['target']),
  }
}

/** Reads the paths of a service's `env_file`: one or several, each as text or as a map with `path`. */
export function readEnvFiles(value: unknown): string[] {
  return [value].flat().flatMap((it) => textOf(it) ?? textOf(childOf(it, 'path')) ?? [])
}

/** Whether a path under `env_file` is that of the app's `.env`. */
export function isAppEnvFile(path: string): boolean {
  return /^(\.\/)?\.env$/.test(path)
}

/** Reads the variables that `environment` passes on: `[NAME]` or `{ NAME: }`. */
export function readPassed(value: unknown): string[] {
  if (Array.isArray(value)) return textsOf(value).filter((it) => it !== '' && !it.includes('='))
  return entriesOf(value).flatMap(([name, its]) => (its === null || its === undefined ? [name] : []))
}

function readService(name: string, value: unknown): ComposeService {
  const command = ['entrypoint', 'command'].flatMap((key) => textsOf(childOf(value, key))).join(' ')
  return {
    name,
    image: textOf(childOf(value, 'image')),
    build: readBuild(childOf(value, 'build')),
    ...(command === '' ? {} : { command }),
    extendedFile: textOf(childOf(childOf(value, 'extends'), 'file')),
    envFiles: readEnvFiles(childOf(value, 'env_file')),
    rawEnvFiles: readEnvFiles(
      listOf(childOf(value, 'env_file')).filter((it) => childOf(it, 'format') === 'raw'),
    ),
    passedVariables: readPassed(childOf(value, 'environment')),
    labelFiles: textsOf(childOf(value, 'label_file')),
  }
}

/** Compose takes what an overlay marks with `!reset` for nothing. */
const resetTags: Tags = [
  { tag: '!reset', resolve: () => null },
  { tag: '!reset', collection: 'map', resolve: () => new Scalar(null) },
  { tag: '!reset', collection: 'seq', resolve: () => new Scalar(null) },
]

/** Aliases that multiply, and nesting too deep for the stack, are errors of the parser. */
function readYaml(text: string): { documents: unknown[]; syntaxError: string | undefined } {
  try {
    const parsed = [parseAllDocuments(text, { merge: true, customTags: resetTags })].flat()
    const error = parsed.flatMap(({ errors }) => errors)[0]
    if (error !== undefined) throw error
    return { documents: parsed.map((document): unknown => document.toJS()), syntaxError: undefined }
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { documents: [], syntaxError: reason.replace(/:$/, '.') }
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function entriesOf(value: unknown): [string, unknown][] {
  return isMap(value) ? Object.entries(value) : []
}

function childOf(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

/** One text or several. */
function textsOf(value: unknown): string[] {
  return [value].flat().filter((it) => typeof it === 'string')
}
