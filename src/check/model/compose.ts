import { readBuild, readEnvFiles } from '../../shared/compose-file.ts'
import { interpolate, parseTemplate } from '../../shared/compose-template.ts'
import { parseImagePattern, type ImagePattern } from '../parse/image-pattern.ts'
import {
  childOf,
  entriesOf,
  nodeAt,
  plainValue,
  scalarsOf,
  scalarText,
  type YamlEntry,
  type YamlNode,
  type YamlScalar,
} from '../parse/yaml-tree.ts'
import { mergeNodes } from './merge-compose.ts'
import { directoryOf, joinPath, type SourceFile, type Span } from '../source-file.ts'

export type ComposeFile = {
  file: SourceFile
  root: YamlNode
  /** Files under its `include`, where the repository has them. */
  included?: readonly ComposeFile[]
}

/** One app: compose files that Compose merges, in this order. */
export type ComposeApp = {
  files: readonly ComposeFile[]
  /** The environment of dray.yml that it is; undefined where there is no dray.yml. */
  environment: string | undefined
  directory: string
  services: readonly Service[]
}

export type Service = {
  app: ComposeApp
  name: string
  /** Its name in the last file that has it. */
  key: Span
  /** What the files say of it, the last one first. */
  nodes: readonly YamlNode[]
  /** All of that as Compose merges it. */
  definition: YamlNode
  /** The directory that its relative paths start from. */
  directory: string
  image: YamlScalar | undefined
  pattern: ImagePattern | undefined
}

/** Reads compose files as one app, with those that they include. */
export function readComposeApp(files: readonly ComposeFile[], environment: string | undefined): ComposeApp {
  const services: Service[] = []
  const directory = directoryOf(files[0]?.file.path ?? '')
  const app: ComposeApp = { files, environment, directory, services }
  const found = new Map<string, Pick<Service, 'key' | 'nodes' | 'definition' | 'directory'>>()
  const read = ({ root }: ComposeFile, base: string): void => {
    for (const [name, { key, value }] of serviceEntries(root)) {
      const before = found.get(name)
      const definition = mergeNodes(before?.definition, value)
      if (definition === undefined) found.delete(name)
      else found.set(name, { key, definition, nodes: [value, ...(before?.nodes ?? [])], directory: base })
    }
  }
  for (const file of files.flatMap(({ included = [] }) => included)) read(file, directoryOf(file.file.path))
  for (const file of files) read(file, directory)
  for (const [name, entry] of found) {
    const image = childOf(entry.definition, 'image')
    const scalar = image?.kind === 'scalar' ? image : undefined
    services.push({ app, name, ...entry, image: scalar, pattern: scalar && parseImagePattern(scalar.text) })
  }
  return app
}

/** The paths that a compose file includes, from the root of the repository. */
export function includesOf({ file, root }: ComposeFile): string[] {
  const include = childOf(root, 'include')
  return (include?.kind === 'list' ? include.items : [])
    .flatMap((item) => scalarsOf(item.kind === 'map' ? childOf(item, 'path') : item))
    .flatMap(({ text }) => joinPath(directoryOf(file.path), text) ?? [])
}

/** The services of a compose file, with their places. */
export function serviceEntries(root: YamlNode): [string, YamlEntry][] {
  return entriesOf(childOf(root, 'services'))
}

/** What a service says under a key, once its files are merged. */
export function settingOf({ definition }: Service, ...keys: readonly string[]): YamlNode | undefined {
  return nodeAt(definition, ...keys)
}

/** It runs on, and all of it is in these files: what it lacks, it lacks. */
export function isLongRunning(service: Service): boolean {
  if (['extends', 'profiles'].some((key) => settingOf(service, key) !== undefined)) return false
  const awaited = service.app.services.some(
    (other) =>
      scalarText(settingOf(other, 'depends_on', service.name, 'condition')) ===
      'service_completed_successfully',
  )
  const isWhole = service.image !== undefined || settingOf(service, 'build') !== undefined
  return !awaited && isWhole && !isOneOff(service)
}

/** It does one thing and ends, by its name or by what it runs: `minio-setup`, `cp -r /app/build /static`. */
function isOneOff(service: Service): boolean {
  const [first] = scalarsOf(settingOf(service, 'command'))
  return (
    /(^|[-_])(init|setup|seed|bootstrap|upgrade|migrat(e|ions?|or))([-_]|$)/.test(service.name) ||
    /^(cp|mv|chown|tar)(\s|$)/.test(first?.text ?? '')
  )
}

/** Paths from the root of its `env_file`, where they lie within the repository. */
export function envFilesOf(service: Service): string[] {
  return readEnvFiles(plainValue(settingOf(service, 'env_file'))).flatMap(
    (path) => joinPath(service.directory, path) ?? [],
  )
}

/**
 * A port that the service publishes: `"127.0.0.1:5432:5432"`, or the long form. Ports may be ranges: `6379-6380`. `published` is
 * empty for a port of the server that Docker chooses.
 */
export type PublishedPort = {
  at: Span
  address: string
  published: string
  target: string
  protocol: string
}

export function publishedPorts(service: Service): PublishedPort[] {
  const node = settingOf(service, 'ports')
  return (node?.kind === 'list' ? node.items : []).flatMap((item): PublishedPort[] => {
    if (item.kind === 'map') {
      const text = (key: string): string => withDefaults(scalarText(childOf(item, key)) ?? '')
      const [published, target] = [text('published'), text('target')]
      return [{ at: item, address: text('host_ip'), published, target, protocol: text('protocol') || 'tcp' }]
    }
    if (item.kind !== 'scalar') return []
    const found = /^(?:(?:(.*):)?([^:]*):)?([^:/]+)(?:\/(\w+))?$/.exec(withDefaults(item.text))
    if (found === null) return []
    const [, address = '', published = '', target = '', protocol = 'tcp'] = found
    return [{ at: item, address, published, target, protocol }]
  })
}

/** A text with the defaults of its variables, which most servers have, and `…` for a variable without one. */
function withDefaults(text: string): string {
  return parseTemplate(text)
    .map((part) =>
      part.kind === 'text' ? part.text : (/^[\w.:]+$/.exec(interpolate(part.source, {}))?.[0] ?? '…'),
    )
    .join('')
}

/** One entry of `volumes`: the source is undefined for an anonymous volume. */
export type Mount = {
  at: Span
  source: string | undefined
  target: string
  isTmpfs: boolean
  isReadOnly: boolean
}

export function mountsOf(service: Service): Mount[] {
  const node = settingOf(service, 'volumes')
  const mounts = (node?.kind === 'list' ? node.items : []).flatMap((item): Mount[] => {
    if (item.kind === 'map') {
      const target = scalarText(childOf(item, 'target')) ?? ''
      return [
        {
          at: item,
          source: scalarText(childOf(item, 'source')),
          target,
          isTmpfs: scalarText(childOf(item, 'type')) === 'tmpfs',
          isReadOnly: scalarText(childOf(item, 'read_only')) === 'true',
        },
      ]
    }
    if (item.kind !== 'scalar') return []
    // A colon in a variable, such as that of `:-`, separates nothing.
    const [first = '', second, options = ''] = parseTemplate(item.text)
      .map(({ kind, source }) => (kind === 'text' ? source : source.replaceAll(':', '\u0001')))
      .join('')
      .split(':')
    const isAnonymous = second === undefined || (second !== '' && /^(ro|rw|z|Z)(,|$)/.test(second))
    return [
      {
        at: item,
        source: isAnonymous ? undefined : first.replaceAll('\u0001', ':'),
        target: isAnonymous ? first : second,
        isTmpfs: false,
        isReadOnly: options.split(',').includes('ro'),
      },
    ]
  })
  // Of two mounts at one place, Compose keeps that of the later file.
  return [...new Map(mounts.map((mount) => [mount.target, mount])).values()]
}

/** Paths from the root of what the service mounts from beside its compose file, with where it shows in the container. */
export function mountedPaths(service: Service): { path: string; target: string }[] {
  return mountsOf(service).flatMap(({ source, target }) => {
    if (source === undefined || !/^\.{1,2}(\/|$)/.test(source)) return []
    const path = joinPath(service.directory, source)
    return path === undefined ? [] : [{ path, target }]
  })
}

/** Where its image is built, from the root; undefined where the compose file does not say. */
export function buildOf(
  service: Service,
): { context: string; dockerfile: string; target: string | undefined } | undefined {
  const build = readBuild(plainValue(settingOf(service, 'build')))
  if (build === undefined) return undefined
  const context = joinPath(service.directory, build.context)
  if (context === undefined) return undefined
  const dockerfile = joinPath(context, build.dockerfile)
  return dockerfile === undefined ? undefined : { context, dockerfile, target: build.target }
}

/** A service that another one depends on; without a `condition`, it is `service_started`. */
export type Dependency = { name: string; at: Span; condition: string; isRequired: boolean }

export function dependenciesOf(service: Service): Dependency[] {
  const node = settingOf(service, 'depends_on')
  if (node?.kind !== 'map')
    return scalarsOf(node).map((at) => ({
      name: at.text,
      at,
      condition: 'service_started',
      isRequired: true,
    }))
  return entriesOf(node).map(([name, { key, value }]) => ({
    name,
    at: key,
    condition: scalarText(childOf(value, 'condition')) ?? 'service_started',
    isRequired: scalarText(childOf(value, 'required')) !== 'false',
  }))
}

/** What a service's `environment` sets, each with its place; the value is undefined where only the name stands. */
export function environmentOf(service: Service): { name: string; value: string | undefined; at: Span }[] {
  const node = settingOf(service, 'environment')
  if (node?.kind === 'map')
    return entriesOf(node).map(([name, { value }]) => ({ name, value: scalarText(value), at: value }))
  return scalarsOf(node).map((item) => {
    const [name = '', ...value] = item.text.split('=')
    return { name, value: item.text.includes('=') ? value.join('=') : undefined, at: item }
  })
}
