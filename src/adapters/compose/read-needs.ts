import * as z from 'zod'
import type { CreatedNetwork, HostNeeds } from '../../deploy/model/host-needs.ts'
import type { RawModel, RawService } from './raw-model.ts'

const bind = z.looseObject({ bind: z.looseObject({ create_host_path: z.boolean().optional() }).nullish() })
const device = z.union([z.string(), z.looseObject({ source: z.string() }).transform(({ source }) => source)])
const use = z.union([z.string(), z.looseObject({ source: z.string() }).transform(({ source }) => source)])
const fileDefinition = z.looseObject({ file: z.string() })
const boundVolume = z.looseObject({
  driver_opts: z.looseObject({ o: z.string(), device: z.string() }),
})
const network = z.looseObject({
  name: z.string(),
  external: z.boolean().optional(),
  ipam: z
    .looseObject({ config: z.array(z.looseObject({ subnet: z.string().optional() })).nullish() })
    .nullish(),
})
const limits = z.looseObject({
  cpus: z.coerce.number().optional(),
  deploy: z
    .looseObject({
      resources: z
        .looseObject({ limits: z.looseObject({ cpus: z.coerce.number().optional() }).nullish() })
        .nullish(),
    })
    .nullish(),
})

/** What a service needs of the host; absent if nothing. Paths next to the compose file are relative to it. */
export function readNeeds(service: RawService, raw: RawModel): { needs?: HostNeeds } {
  const sources = sourcesOf(service, raw)
  const containers = containersOf(service)
  const addresses = Object.entries(service.networks ?? {}).flatMap(([key, it]) =>
    [it?.ipv4_address ?? [], it?.ipv6_address ?? []]
      .flat()
      .map((address) => ({ network: network.safeParse(raw.networks[key]).data?.name ?? key, address })),
  )
  const read = limits.safeParse(service).data
  const cpus = read?.deploy?.resources?.limits?.cpus ?? read?.cpus ?? 0
  const { runtime } = service
  const needs: HostNeeds = {
    ...(sources.length > 0 && { sources }),
    ...(cpus > 0 && { cpus }),
    ...(typeof runtime === 'string' && runtime !== '' && { runtime }),
    ...(containers.length > 0 && { containers }),
    ...(addresses.length > 0 && { addresses }),
  }
  return Object.keys(needs).length === 0 ? {} : { needs }
}

/** The networks that Compose creates. */
export function readCreatedNetworks({ networks }: RawModel): CreatedNetwork[] {
  return Object.values(networks).flatMap((it) => {
    const read = network.safeParse(it).data
    if (read === undefined || read.external === true) return []
    return [{ name: read.name, subnets: (read.ipam?.config ?? []).flatMap(({ subnet }) => subnet ?? []) }]
  })
}

function sourcesOf(service: RawService, raw: RawModel): NonNullable<HostNeeds['sources']> {
  const required = [
    ...listOf(service['devices'], device).flatMap((it) => /^\/[^:]*/.exec(it)?.[0] ?? []),
    ...service.volumes.flatMap(({ type, source = '' }) => {
      const options =
        type === 'volume' ? boundVolume.safeParse(raw.volumes[source]).data?.driver_opts : undefined
      return options?.o.split(',').includes('bind') ? [options.device] : []
    }),
    ...listOf(service['secrets'], use).flatMap(
      (name) => fileDefinition.safeParse(raw.secrets[name]).data?.file ?? [],
    ),
    ...listOf(service['configs'], use).flatMap(
      (name) => fileDefinition.safeParse(raw.configs[name]).data?.file ?? [],
    ),
  ]
  return [
    ...required.map((path) => ({ path, isRequired: true })),
    ...service.volumes.flatMap((volume) => {
      if (volume.type !== 'bind' || volume.source === undefined) return []
      const isCreated = bind.safeParse(volume).data?.bind?.create_host_path === true
      return [{ path: volume.source, isRequired: !isCreated }]
    }),
  ].map(({ path, isRequired }) => ({ path: path.replace(/^\.\//, '').replaceAll('$$', '$'), isRequired }))
}

function containersOf(service: RawService): { name: string; key: string }[] {
  const modes = ['network_mode', 'pid', 'ipc'].flatMap((key) => {
    const mode = service[key]
    return typeof mode === 'string' && mode.startsWith('container:') ? [{ name: mode.slice(10), key }] : []
  })
  const volumes = listOf(service['volumes_from'], z.string())
    .filter((it) => it.startsWith('container:'))
    .map((it) => ({ name: it.split(':')[1] ?? '', key: 'volumes_from' }))
  return [...modes, ...volumes]
}

function listOf(value: unknown, schema: z.ZodType<string>): string[] {
  return z.array(schema).safeParse(value).data ?? []
}
