import { posix } from 'node:path'
import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import type { AppModel, DependencyCondition, ServiceModel } from '../../deploy/model/app-model.ts'
import { findSingleAddresses } from '../../shared/find-single-addresses.ts'
import { parseJson } from '../../shared/parse-json.ts'
import { definitionParts, envFileOf } from './definition-parts.ts'
import { readCheck, readProgram, readRestarts } from './read-check.ts'
import { hashOf } from './hash-of.ts'
import { hasOnlyReplicas, readScales } from './only-replicas.ts'
import { readExternals } from './read-externals.ts'
import { readCreatedNetworks, readNeeds } from './read-needs.ts'
import { networkSchema, modelSchema, type volumeSchema, type RawModel, type RawService } from './raw-model.ts'
import { usedDefinitions } from './used-definitions.ts'
import { ENV_FILE_MARK, pinsOf } from './pins.ts'

type ModelTexts = {
  /** `docker compose config --format json` with the deploy-time values. */
  model: string
  /** The same without them; empty if Compose rejects the files then. */
  plainModel: string
  /** The first with the services of all profiles; empty if the files have no profile, or Compose rejects the files then. */
  allModel?: string
  /** Directory of the files; paths below it are next to the compose file. */
  stage: string
  /** The app's directory. */
  path: string
  /** SHA-256 of the server's env files by path. */
  envFileHashes: ReadonlyMap<string, string>
  /** Hash of each variable that is the content of a secret or config; undefined if they are not known. */
  contentHashes?: ReadonlyMap<string, string> | undefined
}

/**
 * Reads Compose's model as a deploy needs it. Throws COMPOSE_INVALID if it is not a model, or if a variable that is the content
 * of a secret or config has no value.
 */
export function readAppModel(texts: ModelTexts): AppModel {
  const { model, plainModel, allModel = '', stage, path, envFileHashes, contentHashes } = texts
  const raw = parseModel(model, stage)
  if (raw === undefined) {
    throw new DrayError('COMPOSE_INVALID', 'Docker Compose on the host returned a model that cannot be read.')
  }
  const plain = parseModel(plainModel, stage)
  const pins = plain === undefined ? {} : pinsOf(raw.services, plain.services)
  return {
    project: raw.name,
    services: Object.entries(raw.services).map(([name, service]) => ({
      ...readService(name, service, { raw, envFileHashes, contentHashes }),
      ...readCheck(service, pins[name]),
      ...(service.volumes.some((volume) => writesDirectory(volume, path)) && { writesDirectory: true }),
    })),
    pins,
    ...readScales(raw),
    networks: Object.fromEntries(
      Object.entries(raw.networks).map(([name, network]) => [name, hashOf(network)]),
    ),
    ipv6Networks: Object.entries(raw.networks)
      .filter(([, network]) => networkSchema.safeParse(network).data?.enable_ipv6 === true)
      .map(([name]) => name),
    createdNetworks: readCreatedNetworks(raw),
    ...readExternals(raw),
    ...readInactive(raw, parseModel(allModel, stage), { envFileHashes }),
  }
}

/** The services that are only in the model of all profiles. */
function readInactive(
  active: RawModel,
  all: RawModel | undefined,
  context: Pick<ModelContext, 'envFileHashes'>,
): Pick<AppModel, 'inactive'> {
  if (all === undefined) return {}
  const found = Object.entries(all.services)
    .filter(([name]) => active.services[name] === undefined)
    .map(([name, service]) => ({
      ...readService(name, service, { ...context, raw: all, contentHashes: undefined }),
      profiles: service.profiles ?? [],
    }))
  return found.length === 0 ? {} : { inactive: found }
}

/**
 * Makes paths in and next to the stage relative again, as they were written. Compose doubles a dollar sign in its output.
 */
export function parseModel(text: string, stage: string): RawModel | undefined {
  if (text === '') return undefined
  const printed = JSON.stringify(stage).slice(1, -1).replaceAll('$', '$$$$')
  const relative = text
    .replaceAll(`${printed}/`, './')
    .replaceAll(`"${printed}"`, '"."')
    .replaceAll(`"${posix.dirname(printed)}/`, '"../')
    .replaceAll(`"${posix.dirname(printed)}"`, '".."')
  return modelSchema.safeParse(parseJson(relative)).data
}

type ModelContext = { raw: RawModel } & Pick<ModelTexts, 'envFileHashes' | 'contentHashes'>

function readService(name: string, service: RawService, context: ModelContext): ServiceModel {
  const test = [service.healthcheck?.test ?? []].flat()
  const addresses = Object.values(service.networks ?? {})
  return {
    name,
    image: service.image,
    replicas: service.scale ?? service.deploy?.replicas ?? 1,
    dependsOn: Object.entries(service.depends_on)
      .filter(([dependency]) => dependency in context.raw.services)
      .map(([dependency, { condition, restart }]) => ({
        service: dependency,
        condition: condition as DependencyCondition,
        restart,
      })),
    boundTo: readBindings(service),
    publishedPorts: service.ports.flatMap(({ published, protocol }) =>
      published === undefined ? [] : [protocol === 'tcp' ? String(published) : `${published}/${protocol}`],
    ),
    portAddresses: findSingleAddresses(
      service.ports.flatMap(({ published, host_ip: address = '' }) =>
        published === undefined ? [] : [{ address, port: String(published) }],
      ),
    ),
    ports: service.ports.map(({ published, target, protocol, host_ip: hostIp }) => ({
      published: published === undefined ? undefined : String(published),
      target,
      protocol,
      hostIp,
    })),
    ...readProgram(service),
    containerName: service.container_name,
    networks: Object.keys(service.networks ?? {}),
    networkMode: service.network_mode,
    fixedAddress:
      service.mac_address !== undefined ||
      addresses.some((it) => it?.ipv4_address !== undefined || it?.ipv6_address !== undefined),
    volumes: service.volumes
      .filter((volume) => volume.type === 'volume')
      .map(({ source, target }) => ({ name: source, target })),
    mounts: [
      ...service.volumes.flatMap(({ type, source, target }) =>
        type === 'bind' ? shipped(source, target) : [],
      ),
      // Compose mounts these as files, too: https://docs.docker.com/reference/compose-file/configs/
      ...usedFiles(service['configs'], context.raw.configs, '/'),
      ...usedFiles(service['secrets'], context.raw.secrets, '/run/secrets/'),
    ],
    ...readNeeds(service, context.raw),
    ...readRestarts(service),
    healthCheck:
      service.healthcheck?.disable === true || test[0] === 'NONE'
        ? 'disabled'
        : service.healthcheck?.test === undefined
          ? 'from-image-or-none'
          : 'defined',
    definitionHash: definitionHash(service, context),
    definitionParts: definitionParts(service, context.envFileHashes),
  }
}

/**
 * Compose replaces these names by the id of a container when it creates the service's own, so both are replaced together.
 * https://docs.docker.com/reference/compose-file/services/
 */
function readBindings(service: RawService): { service: string; key: string }[] {
  const modes = ['network_mode', 'pid', 'ipc'].flatMap((key) => {
    const mode = service[key]
    const named = typeof mode === 'string' ? /^service:(.+)$/.exec(mode)?.[1] : undefined
    return named === undefined ? [] : [{ service: named, key }]
  })
  const lists = ['volumes_from', 'links'].flatMap((key) => {
    const names: unknown = service[key]
    return (Array.isArray(names) ? names : [])
      .map(String)
      .filter((name) => !name.startsWith('container:'))
      .map((name) => ({ service: name.replace(/:.*$/, ''), key }))
  })
  return [...modes, ...lists]
}

/** A mount from next to the compose file; empty for paths of the server. */
function shipped(source: string | undefined, target: string): { path: string; target: string }[] {
  return source !== undefined && /^\.{1,2}\//.test(source)
    ? [{ path: source.replace(/^\.\//, '').replace(/\/$/, ''), target }]
    : []
}

function writesDirectory(
  { type, source = '', read_only }: z.infer<typeof volumeSchema>,
  path: string,
): boolean {
  if (type !== 'bind' || read_only) return false
  const isAbove = posix.isAbsolute(source) && `${path}/`.startsWith(source.replace(/\/?$/, '/'))
  return isAbove || /^\.\.?(?:\/\.\.)*\/?$|^\.\/\.dray(?:\/|$)/.test(source)
}

const useSchema = z.looseObject({ source: z.string(), target: z.string().optional() })
const fileSchema = z.looseObject({ file: z.string() })

/** The files of a service's configs or secrets; without their own target, they are mounted below `root`. */
function usedFiles(used: unknown, definitions: Readonly<Record<string, unknown>>, root: string) {
  return (Array.isArray(used) ? used : []).flatMap((it: unknown) => {
    const use = useSchema.safeParse(it).data
    const file = fileSchema.safeParse(definitions[use?.source ?? '']).data?.file
    return use === undefined ? [] : shipped(file, use.target ?? root + use.source)
  })
}

/** Keys that do not affect a container, or that a release records separately. */
const NOT_HASHED = new Set(['image', 'build', 'pull_policy', 'depends_on', 'scale', 'profiles', 'develop'])

function definitionHash(service: RawService, context: ModelContext): string {
  const { raw, envFileHashes } = context
  const environment = Object.entries(service.environment ?? {})
  const definition = Object.fromEntries(Object.entries(service).filter(([key]) => !NOT_HASHED.has(key)))
  return hashOf({
    ...definition,
    environment: Object.fromEntries(environment.filter(([key]) => !key.startsWith(ENV_FILE_MARK))),
    deploy: hasOnlyReplicas(service) ? {} : { ...service.deploy, replicas: undefined },
    envFiles: environment
      .filter(([key]) => key.startsWith(ENV_FILE_MARK))
      .map(([, file]) => [file, envFileHashes.get(envFileOf(file))]),
    volumeDefinitions: service.volumes.map(({ source }) => raw.volumes[source ?? '']),
    configDefinitions: usedDefinitions('configs', service['configs'], context),
    secretDefinitions: usedDefinitions('secrets', service['secrets'], context),
  })
}
