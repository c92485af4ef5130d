import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import * as z from 'zod'
import type { StackRequest } from '../../deploy/model/cluster.ts'
import type { RawModel } from '../compose/raw-model.ts'
import { configName } from './names.ts'
import { renderService } from './render-service.ts'
import type { StoredContent } from './stored-contents.ts'

/** The newest format of stack files that the docker command of Engine 20.10 knows. */
const STACK_FORMAT = '3.9'

/** A stack file, and the configs and secrets that must exist before it is deployed. */
export type RenderedStack = {
  file: object
  contents: readonly Pick<StoredContent, 'kind' | 'name' | 'data'>[]
}

type Values = Readonly<Record<string, unknown>>

/**
 * The app as a stack file. `model` is the output of `docker compose config --format json` in the app's directory `path`, in which
 * Compose has doubled dollar signs, as a stack file needs them. A config's name has a hash of its content: Swarm's configs cannot
 * change. `stored`: those that were read on the manager. Throws if a config's file is not among `files`.
 */
export function renderStack(
  model: RawModel,
  {
    path,
    stack,
    orders,
    files,
    stored,
  }: Omit<StackRequest, 'signal'> & { path: string; stored: readonly StoredContent[] },
): RenderedStack {
  const configs = Object.entries(model.configs).flatMap(([key, it]) =>
    renderConfig({ key, it, path, stack, files }),
  )
  return {
    file: {
      version: STACK_FORMAT,
      services: Object.fromEntries(
        Object.entries(model.services).map(([name, service]) => [name, renderService(service, orders[name])]),
      ),
      networks: definitions(model.networks, stack, [
        'driver',
        'driver_opts',
        'ipam',
        'internal',
        'labels',
        'attachable',
      ]),
      volumes: definitions(model.volumes, stack, ['driver', 'driver_opts', 'labels']),
      configs: {
        ...definitions(onlyExternal(model.configs), stack, []),
        ...named(configs),
        ...named(stored.filter(({ kind }) => kind === 'configs')),
      },
      secrets: {
        ...definitions(onlyExternal(model.secrets), stack, []),
        ...named(stored.filter(({ kind }) => kind === 'secrets')),
      },
    },
    contents: [...configs.map(({ name, data }) => ({ kind: 'configs' as const, name, data })), ...stored],
  }
}

function named(contents: readonly Pick<StoredContent, 'key' | 'name'>[]): Values {
  return Object.fromEntries(contents.map(({ key, name }) => [key, { external: true, name }]))
}

/** The file with one service only, as a job that runs `argv`: without its ports, its check and its other names. */
export function renderJob(
  { file, contents }: RenderedStack,
  { service, job, argv }: { service: string; job: string; argv: readonly string[] },
): RenderedStack | undefined {
  const { services, ...rest } = file as { services: Readonly<Record<string, Values>> }
  const definition = services[service]
  if (definition === undefined) return undefined
  const { ports: _p, healthcheck: _h, deploy, networks, ...kept } = definition
  const { placement, resources } = (deploy ?? {}) as Values
  return {
    contents,
    file: {
      ...rest,
      services: {
        [job]: {
          ...kept,
          command: argv.map((word) => word.replaceAll('$', '$$$$')),
          ...(networks !== undefined && {
            networks: Object.fromEntries(Object.keys(networks as object).map((name) => [name, null])),
          }),
          deploy: {
            mode: 'replicated-job',
            restart_policy: { condition: 'none' },
            ...(placement !== undefined && { placement }),
            ...(resources !== undefined && { resources }),
          },
        },
      },
    },
  }
}

/** Definitions with the keys that a stack has. Their names are left out where Swarm gives them the same ones. */
function definitions(all: Values, stack: string, keys: readonly string[]): Values {
  return Object.fromEntries(
    Object.entries(all).map(([key, it]) => {
      const values = (it ?? {}) as Values
      const { name } = values
      if (values['external'] === true) return [key, { external: true, ...(name !== undefined && { name }) }]
      const kept = Object.entries(values).filter(([at, value]) => keys.includes(at) && !isEmpty(value))
      return [
        key,
        { ...Object.fromEntries(kept), ...(name !== `${stack}_${key}` && name !== undefined && { name }) },
      ]
    }),
  )
}

function onlyExternal(all: Values): Values {
  return Object.fromEntries(
    Object.entries(all).filter(([, it]) => ((it ?? {}) as Values)['external'] === true),
  )
}

const configSchema = z.looseObject({
  external: z.boolean().optional(),
  file: z.string().optional(),
  content: z.string().optional(),
  environment: z.string().optional(),
})

function renderConfig({
  key,
  it,
  path,
  stack,
  files,
}: {
  key: string
  it: unknown
  path: string
  stack: string
  files: ReadonlyMap<string, Uint8Array>
}): { key: string; name: string; data: Uint8Array }[] {
  const { external, file, content, environment } = configSchema.parse(it ?? {})
  if (external === true || environment !== undefined) return []
  const data =
    content === undefined
      ? files.get(posix.relative(path, file ?? ''))
      : new TextEncoder().encode(content.replaceAll('$$', '$'))
  if (data === undefined) throw new Error(`${file ?? key} is not among the files of the release`)
  return [{ key, name: configName(stack, key, createHash('sha256').update(data).digest('hex')), data }]
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
  )
}
