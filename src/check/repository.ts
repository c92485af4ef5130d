import { parseDockerfile, type Dockerfile } from './parse/dockerfile.ts'
import { parseNginx, type NginxFile } from './parse/nginx.ts'
import { parseShell } from './parse/parse-shell.ts'
import type { ShellCommand } from './parse/shell-command.ts'
import {
  entriesOf,
  childOf,
  nodeAt,
  parseYamlTree,
  scalarsOf,
  scalarText,
  type YamlNode,
  type YamlTree,
} from './parse/yaml-tree.ts'
import { fileKindOf, isForDevelopment, isProduction, type FileKind } from './file-kind.ts'
import {
  includesOf,
  mountsOf,
  readComposeApp,
  serviceEntries,
  type ComposeApp,
  type ComposeFile,
} from './model/compose.ts'
import { findPushes, type ImagePush } from './model/image-push.ts'
import { readWorkflow, type Workflow } from './model/workflow.ts'
import { directoryOf, joinPath, nameOf, type SourceFile } from './source-file.ts'

/** The input of `dray check`, as it is on the disk. */
export type RepositoryInput = {
  /** Text by path from the root, with `/`. */
  files: Readonly<Record<string, string>>
  /** Paths that git tracks; undefined outside a git repository. */
  tracked?: ReadonlySet<string>
  /** `Acme/Shop`, as the remote on GitHub writes it. */
  githubName?: string
  /** The directory to check, from the root. Its dray.yml counts, else the nearest one above. */
  directory?: string
  /** Entries of `bundle.include` of which nothing is shipped, with the reason; without them, only the entries themselves are judged. */
  leftOut?: ReadonlyMap<string, string>
}

/** A script and its commands. */
export type Script = { file: SourceFile; commands: readonly ShellCommand[] }

/** The parsed repository that the rules check. */
export type Repository = {
  files: ReadonlyMap<string, SourceFile>
  tracked: ReadonlySet<string> | undefined
  githubName: string | undefined
  workflows: readonly Workflow[]
  pushes: readonly ImagePush[]
  /** Apps that are deployed to a server: those of dray.yml, else every compose file that is not for development or tests. */
  apps: readonly ComposeApp[]
  dockerfiles: readonly Dockerfile[]
  nginxFiles: readonly NginxFile[]
  scripts: readonly Script[]
  /** Commands of all scripts and of all steps of workflows. */
  commands: readonly ShellCommand[]
  envExamples: readonly SourceFile[]
  /** dray.yml. */
  config: ComposeFile | undefined
  leftOut: ReadonlyMap<string, string>
  yamlErrors: YamlTree['errors']
}

/** Parses every file that a rule needs. Never throws, whatever the files contain. */
export function readRepository(input: RepositoryInput): Repository {
  const files = new Map(Object.entries(input.files).map(([path, text]) => [path, { path, text }]))
  const ofKind = (kind: FileKind): SourceFile[] =>
    [...files.values()].filter(({ path }) => fileKindOf(path) === kind)
  const errors: YamlTree['errors'][number][] = []
  const readTree = (file: SourceFile): YamlNode => {
    const tree = parseYamlTree(file)
    for (const error of tree.errors) errors.push(error)
    return tree.root
  }
  const workflows = ofKind('workflow').map((file) => readWorkflow(file, readTree(file)))
  const configFile = nearestConfig(ofKind('config'), input.directory ?? '.')
  const config = configFile && { file: configFile, root: readTree(configFile) }
  const named = new Set(config === undefined ? [] : environmentsOf(config).flatMap(({ compose }) => compose))
  const compose = [...files.values()]
    .filter(({ path }) => fileKindOf(path) === 'compose' || named.has(path))
    .map((file) => ({ file, root: readTree(file) }))
    .map((file) => ({ ...file, included: includedFiles(file, { files, readTree }) }))
  const forTests = /(^|\/)(tests?|e2e|cypress|fixtures|examples?)\//
  const scriptFiles = ofKind('script').filter(({ path }) => !forTests.test(path))
  const scripts = scriptFiles.map((file) => ({
    file,
    commands: parseShell({ file, start: 0, end: file.text.length }),
  }))
  return {
    files,
    tracked: input.tracked,
    githubName: input.githubName,
    workflows,
    pushes: workflows.flatMap((workflow) => findPushes(workflow, input.githubName)),
    apps: config === undefined ? guessApps(compose) : configuredApps(config, compose),
    dockerfiles: ofKind('dockerfile').map(parseDockerfile),
    nginxFiles: ofKind('nginx').map(parseNginx),
    scripts,
    commands: [
      ...scripts.flatMap(({ commands }) => commands),
      ...workflows.flatMap(({ jobs }) => jobs.flatMap(({ commands }) => commands)),
    ],
    envExamples: ofKind('env-example'),
    config,
    leftOut: input.leftOut ?? new Map(),
    yamlErrors: errors,
  }
}

/** The entries of `bundle.include`, and the directory that they are relative to. */
export function readIncludes({ files, directory = '.' }: RepositoryInput): {
  directory: string
  entries: string[]
} {
  const found = Object.entries(files).map(([path, text]) => ({ path, text }))
  const file = nearestConfig(
    found.filter(({ path }) => fileKindOf(path) === 'config'),
    directory,
  )
  if (file === undefined) return { directory, entries: [] }
  const config = { file, root: parseYamlTree(file).root }
  const [compose] = environmentsOf(config).flatMap((it) => it.compose)
  return {
    directory: directoryOf(compose ?? file.path),
    entries: scalarsOf(nodeAt(config.root, 'bundle', 'include')).map(({ text }) => text),
  }
}

/** The files that a compose file includes and that the repository has. */
function includedFiles(
  file: ComposeFile,
  { files, readTree }: { files: Repository['files']; readTree: (file: SourceFile) => YamlNode },
): ComposeFile[] {
  return includesOf(file).flatMap((path) => {
    const included = files.get(path)
    return included === undefined ? [] : [{ file: included, root: readTree(included) }]
  })
}

/** In Compose's lookup order. */
const defaultNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']

type Config = NonNullable<Repository['config']>

function nearestConfig(files: readonly SourceFile[], directory: string): SourceFile | undefined {
  const found = files.find(({ path }) => directoryOf(path) === directory)
  return found ?? (directory === '.' ? undefined : nearestConfig(files, directoryOf(directory)))
}

/** The environments of dray.yml, each with the paths of the compose files that it names. */
function environmentsOf({ file, root }: Config): { name: string; compose: string[] }[] {
  return entriesOf(childOf(root, 'environments')).map(([name, { value }]) => ({
    name,
    compose: scalarsOf(childOf(value, 'compose')).flatMap(
      ({ text }) => joinPath(directoryOf(file.path), text) ?? [],
    ),
  }))
}

function configuredApps(config: Config, compose: readonly ComposeFile[]): ComposeApp[] {
  const find = (path: string): ComposeFile | undefined => compose.find(({ file }) => file.path === path)
  const apps = new Map<string, ComposeApp>()
  const implied = defaultNames
    .flatMap((name) => joinPath(directoryOf(config.file.path), name) ?? [])
    .find(find)
  for (const { name, compose: named } of environmentsOf(config)) {
    const paths = named.length > 0 ? named : implied === undefined ? [] : [implied]
    const files = paths.flatMap((path) => find(path) ?? [])
    const key = files.map(({ file }) => file.path).join('\n')
    // Environments that share their files are one app. The local machine is not a server.
    if (files.length === 0 || apps.has(key)) continue
    apps.set(key, readComposeApp(files, name))
  }
  return [...apps.values()]
}

function guessApps(compose: readonly ComposeFile[]): ComposeApp[] {
  const deployed = compose.filter(({ file }) => !isForDevelopment(file.path))
  return deployed.flatMap((file) => {
    const production = deployed.filter((it) => isBeside(file, it) && isProduction(it.file.path))
    // Beside a file for production, the default file is incomplete or for development.
    const isSame = (it: ComposeFile): boolean => directoryOf(it.file.path) === directoryOf(file.file.path)
    if (production.some((it) => (isSame(it) && isOverlay(it, file)) || !isForServers(file))) return []
    const base = deployed.find(
      (it) =>
        isBeside(it, file) &&
        directoryOf(it.file.path) === directoryOf(file.file.path) &&
        isOverlay(file, it),
    )
    return [readComposeApp(base === undefined ? [file] : [base, file], undefined)]
  })
}

/** Whether a compose file can be used unchanged on a server: it names a registry, and neither builds nor mounts the code. */
function isForServers(file: ComposeFile): boolean {
  const { services } = readComposeApp([file], undefined)
  return (
    services.some(({ pattern }) => pattern !== undefined && pattern.registry !== 'docker.io') &&
    !services.some(
      (service) => service.image === undefined || mountsOf(service).some(({ source }) => source === '.'),
    )
  )
}

/** Whether a compose file is the default one in the directory of another one, or in one above or below it. */
function isBeside(base: ComposeFile, other: ComposeFile): boolean {
  const [path, otherPath] = [base.file.path, other.file.path]
  const [directory, otherDirectory] = [directoryOf(path), directoryOf(otherPath)]
  const isWithin = (inner: string, outer: string): boolean => outer === '.' || inner.startsWith(`${outer}/`)
  if (!defaultNames.includes(nameOf(path))) return false
  if (directory === otherDirectory) return !defaultNames.includes(nameOf(otherPath))
  return !isProduction(path) && (isWithin(directory, otherDirectory) || isWithin(otherDirectory, directory))
}

/** Whether a compose file only overrides another one: a service in it is incomplete without the other file. */
function isOverlay(overlay: ComposeFile, base: ComposeFile): boolean {
  const known = new Set(serviceEntries(base.root).map(([name]) => name))
  const isPart = (node: YamlNode): boolean =>
    entriesOf(node).length < 2 ||
    ['image', 'build', 'extends'].every((key) => childOf(node, key) === undefined)
  return serviceEntries(overlay.root).some(([name, { value }]) => known.has(name) && isPart(value))
}

/** The text of a key of an environment in dray.yml. */
export function environmentSetting(
  { config }: Repository,
  environment: string,
  key: string,
): string | undefined {
  const environments = childOf(config?.root, 'environments')
  return scalarText(childOf(childOf(environments, environment), key))
}
