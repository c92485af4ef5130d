import * as z from 'zod'
import type { StackDifference, StackReview } from '../../deploy/model/cluster.ts'
import { parseGoDuration } from '../../shared/duration.ts'
import type { RawModel, RawService } from '../compose/raw-model.ts'
import { listContents, reviewContents } from './review-contents.ts'
import { reviewNames } from './review-names.ts'
import {
  ATTACHMENT_OBSTACLE,
  addressObstacle,
  modeObstacle,
  networkObstacles,
  portObstacle,
  volumeObstacle,
} from '../../shared/stack-obstacles.ts'
import { IGNORED_KEYS, REFUSED_KEYS, SAME_KEYS } from '../../shared/stack-keys.ts'

const deploySchema = z.looseObject({
  mode: z.string().optional(),
  placement: z.looseObject({ constraints: z.array(z.string()).nullish() }).nullish(),
  update_config: z
    .looseObject({
      order: z.string().optional(),
      monitor: z.string().optional(),
      delay: z.string().optional(),
    })
    .nullish(),
  resources: z
    .looseObject({ reservations: z.looseObject({ devices: z.unknown().optional() }).nullish() })
    .nullish(),
})
const definitionSchema = z.looseObject({
  external: z.boolean().optional(),
  name: z.string().optional(),
  driver: z.string().optional(),
  driver_opts: z.record(z.string(), z.unknown()).nullish(),
  file: z.string().optional(),
  enable_ipv6: z.boolean().optional(),
})
/**
 * What a stack would make of an app. Pure. `raw` is the output of `docker compose config`, with paths next to the compose file as
 * `./…`. A key of a service that is not known here is refused, so that no key is dropped silently.
 */
export function reviewStack(raw: RawModel): StackReview {
  const services = Object.entries(raw.services)
  const found = services.flatMap(([name, service]) => reviewService(name, service, raw))
  const deploys = services.map(([name, service]) => [name, deploySchema.parse(service.deploy ?? {})] as const)
  return {
    obstacles: [
      ...reviewNames(raw),
      ...[...found.filter(({ isObstacle }) => isObstacle), ...reviewNetworks(raw)].map(strip),
    ],
    ignored: found.filter(({ isObstacle }) => !isObstacle).map(strip),
    orders: Object.fromEntries(
      deploys.flatMap(([name, { update_config: update }]) => (update?.order ? [[name, update.order]] : [])),
    ),
    hostPorts: services.flatMap(([name, { ports }]) =>
      ports.some((it) => it['mode'] === 'host') ? [name] : [],
    ),
    externals: externalsOf(raw),
    healthMs: Object.fromEntries(services.flatMap(([name, service]) => healthOf(name, service))),
    watchMs: Object.fromEntries(
      deploys.map(([name, { update_config: update }]) => [
        name,
        durationOf(update?.monitor) ?? DEFAULT_MONITOR_MS,
      ]),
    ),
    pauseMs: Object.fromEntries(
      deploys.map(([name, { update_config: update }]) => [name, durationOf(update?.delay) ?? 0]),
    ),
    stopMs: Object.fromEntries(
      services.map(([name, service]) => [name, durationOf(textOf(service['stop_grace_period'])) ?? STOP_MS]),
    ),
    configFiles: Object.entries(raw.configs).flatMap(([config, value]) => {
      const { external, file } = definitionSchema.parse(value ?? {})
      return external === true || file === undefined ? [] : [{ config, path: file.replace(/^\.\//, '') }]
    }),
    contents: listContents(raw),
  }
}

/** Swarm's own default: https://docs.docker.com/reference/compose-file/deploy/#update_config */
const DEFAULT_MONITOR_MS = 5_000
/** https://docs.docker.com/reference/compose-file/services/#stop_grace_period */
const STOP_MS = 10_000

type Found = StackDifference & { isObstacle: boolean }

const strip = ({ service, key, text }: StackDifference): StackDifference => ({ service, key, text })

function reviewService(name: string, service: RawService, raw: RawModel): Found[] {
  const refuse = (key: string, text: string): Found => ({ service: name, key, text, isObstacle: true })
  const ignore = (key: string, text: string): Found => ({ service: name, key, text, isObstacle: false })
  const jobText = modeObstacle(deploySchema.parse(service.deploy ?? {}).mode)
  const keys = Object.entries(service).filter(([, value]) => !isEmpty(value))
  return [
    ...keys.flatMap(([key]) => {
      if (SAME_KEYS.has(key) || key === 'depends_on' || key.startsWith('x-')) return []
      const ignored = IGNORED_KEYS[key]
      if (ignored !== undefined) return [ignore(key, ignored)]
      return [
        refuse(
          key,
          REFUSED_KEYS[key] ?? 'a stack does not have it; remove it, or leave this service on one host',
        ),
      ]
    }),
    ...(service.image === undefined && service['build'] !== undefined
      ? [refuse('build', 'a stack builds nothing; give it an `image`, and push that with `dray build`')]
      : []),
    ...Object.entries(service.depends_on).flatMap(([dependency, { condition }]) =>
      condition === 'service_completed_successfully'
        ? [
            refuse(
              'depends_on',
              `a stack does not wait until ${dependency} is done, and would start it again and again; make it a task in dray.yml (\`when: before\`)`,
            ),
          ]
        : condition === 'service_healthy'
          ? [
              ignore(
                'depends_on',
                `a stack starts all services at once: ${name} must retry until ${dependency} answers`,
              ),
            ]
          : [],
    ),
    ...reviewVolumes(name, service, raw),
    ...service.ports.flatMap(({ published, host_ip: address }) =>
      [
        addressObstacle(address),
        portObstacle(published === undefined ? undefined : String(published)),
      ].flatMap((text) => (text === undefined ? [] : [refuse('ports', text)])),
    ),
    ...Object.entries(service.networks ?? {}).flatMap(([network, attachment]) => {
      const others = Object.entries(attachment ?? {}).filter(([key, it]) => key !== 'aliases' && !isEmpty(it))
      return others.map(([key]) => refuse(`networks.${network}.${key}`, ATTACHMENT_OBSTACLE))
    }),
    ...(deploySchema.parse(service.deploy ?? {}).resources?.reservations?.devices === undefined
      ? []
      : [refuse('deploy.resources.reservations.devices', REFUSED_KEYS['gpus'] ?? '')]),
    ...(jobText === undefined ? [] : [refuse('deploy.mode', jobText)]),
    ...reviewContents(name, service, raw).map(({ key, text }) => refuse(key, text)),
  ]
}

function reviewVolumes(name: string, { volumes, deploy }: RawService, raw: RawModel): Found[] {
  const constraints = deploySchema.parse(deploy ?? {}).placement?.constraints ?? []
  return volumes.flatMap(({ type, source = '', target }): Found[] => {
    const found = (key: string, text: string, isObstacle: boolean): Found => ({
      service: name,
      key,
      text,
      isObstacle,
    })
    if (type === 'bind' && /^\.{1,2}\/|^\.{1,2}$/.test(source))
      return [
        found(
          'volumes',
          `${source} is beside the compose file, and is not on the other nodes; make each file a config: \`configs: { NAME: { file: ${source}/FILE } }\`, used with \`target: ${target}/FILE\`. Compose reads it, too`,
          true,
        ),
      ]
    if (type === 'bind' && source !== '/var/run/docker.sock')
      return [found('volumes', `${source} must exist on every node that may run ${name}`, false)]
    if (type !== 'volume' || source === '') return []
    const definition = definitionSchema.parse(raw.volumes[source] ?? {})
    const text = volumeObstacle(source, definition, { service: name, constraints })
    return text === undefined ? [] : [found('volumes', text, true)]
  })
}

function reviewNetworks(raw: RawModel): Found[] {
  return Object.entries(raw.networks).flatMap(([name, value]) =>
    networkObstacles(definitionSchema.parse(value ?? {})).map(({ key, text }) => ({
      service: undefined,
      key: `networks.${name}.${key}`,
      text,
      isObstacle: true,
    })),
  )
}

function externalsOf(raw: RawModel): StackReview['externals'] {
  const kinds = [
    ['network', raw.networks],
    ['config', raw.configs],
    ['secret', raw.secrets],
  ] as const
  return kinds.flatMap(([kind, definitions]) =>
    Object.entries(definitions).flatMap(([key, value]) => {
      const { external, name = key } = definitionSchema.parse(value ?? {})
      return external === true ? [{ kind, name }] : []
    }),
  )
}

function healthOf(name: string, { healthcheck }: RawService): [string, number][] {
  if (healthcheck === null || healthcheck === undefined || healthcheck.disable === true) return []
  const { interval, start_period: start, retries = 3 } = healthcheck
  return [[name, (durationOf(start) ?? 0) + (durationOf(interval) ?? 30_000) * (retries + 1)]]
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function durationOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseGoDuration(text)
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}
