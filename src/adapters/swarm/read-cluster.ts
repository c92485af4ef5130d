import { createHash } from 'node:crypto'
import * as z from 'zod'
import type {
  ClusterNode,
  ServiceImages,
  ServiceSpec,
  StackService,
  StackTask,
} from '../../deploy/model/cluster.ts'
import { stripControl } from '../../shared/strip-control.ts'

/** Answers of the Engine API about a swarm, reduced to what a deploy needs: https://docs.docker.com/reference/api/engine/. */

const labels = z.record(z.string(), z.string()).nullish()

export const infoAnswer = z.object({ Swarm: z.object({ NodeID: z.string() }) })

export const nodeAnswer = z.object({
  ID: z.string(),
  Spec: z.object({ Role: z.enum(['manager', 'worker']), Availability: z.string() }),
  Description: z.object({ Hostname: z.string() }),
  Status: z.object({ State: z.string(), Addr: z.string().optional() }),
  ManagerStatus: z.object({ Leader: z.boolean().optional(), Reachability: z.string().optional() }).nullish(),
})

const containerSpec = z.looseObject({
  Image: z.string().default(''),
  Configs: z.array(z.looseObject({ ConfigID: z.string() })).nullish(),
  Secrets: z.array(z.looseObject({ SecretID: z.string() })).nullish(),
  Env: z.array(z.string()).nullish(),
  Mounts: z
    .array(
      z.looseObject({
        Type: z.string().optional(),
        Source: z.string().optional(),
        VolumeOptions: z.looseObject({ Labels: labels }).nullish(),
      }),
    )
    .nullish(),
  /** Nanoseconds. */
  StopGracePeriod: z.number().nullish(),
  Healthcheck: z.looseObject({ Test: z.array(z.string()).nullish() }).nullish(),
})

const taskTemplate = z.looseObject({
  ContainerSpec: containerSpec.nullish(),
  Resources: z.unknown().optional(),
  RestartPolicy: z.unknown().optional(),
  ForceUpdate: z.unknown().optional(),
})

const serviceSpec = z.looseObject({
  Name: z.string(),
  Labels: labels,
  TaskTemplate: taskTemplate,
  Mode: z.looseObject({
    Replicated: z.looseObject({ Replicas: z.number().optional() }).nullish(),
    Global: z.unknown().optional(),
    ReplicatedJob: z.unknown().optional(),
    GlobalJob: z.unknown().optional(),
  }),
  EndpointSpec: z
    .looseObject({
      Ports: z
        .array(z.looseObject({ Protocol: z.string().optional(), PublishedPort: z.number().optional() }))
        .nullish(),
    })
    .nullish(),
})

export const serviceAnswer = z.looseObject({
  ID: z.string(),
  Version: z.object({ Index: z.number() }),
  Spec: serviceSpec,
  PreviousSpec: z.looseObject({ TaskTemplate: taskTemplate.nullish() }).nullish(),
  UpdateStatus: z
    .looseObject({
      State: z.string().optional(),
      Message: z.string().optional(),
    })
    .nullish(),
  ServiceStatus: z.looseObject({ DesiredTasks: z.number() }).nullish(),
})

export const taskAnswer = z.looseObject({
  ID: z.string(),
  ServiceID: z.string(),
  NodeID: z.string().default(''),
  CreatedAt: z.string(),
  DesiredState: z.string(),
  Slot: z.number().optional(),
  Spec: taskTemplate,
  Status: z.looseObject({
    State: z.string(),
    Timestamp: z.string().optional(),
    Err: z.string().optional(),
    ContainerStatus: z
      .looseObject({ ContainerID: z.string().optional(), ExitCode: z.number().optional() })
      .nullish(),
  }),
})

export const thingAnswer = z.looseObject({
  ID: z.string(),
  Spec: z.object({ Name: z.string(), Labels: labels }),
})
export const networkAnswer = z.object({
  Id: z.string(),
  Name: z.string(),
  Scope: z.string(),
  Driver: z.string(),
  Labels: labels,
})

/** The label by which Docker knows the stack of a service, network, config or secret. */
export const STACK_LABEL = 'com.docker.stack.namespace'

/** The label in which `docker stack deploy` notes the image of its file. If the next file has the same, the service keeps its own. */
export const IMAGE_LABEL = 'com.docker.stack.image'

export function readNode(answer: z.infer<typeof nodeAnswer>): ClusterNode {
  const { ID, Spec, Description, Status, ManagerStatus: manager } = answer
  return {
    id: ID,
    name: stripControl(Description.Hostname),
    role: Spec.Role,
    state: Status.State,
    availability: Spec.Availability,
    ...(Status.Addr !== undefined && Status.Addr !== '' && { address: Status.Addr }),
    ...(manager && {
      manager: { isLeader: manager.Leader === true, isReachable: manager.Reachability === 'reachable' },
    }),
  }
}

export function readService(answer: z.infer<typeof serviceAnswer>, stack: string): StackService {
  const { Spec: spec, UpdateStatus: update } = answer
  const container = spec.TaskTemplate.ContainerSpec
  const volumes = (container?.Mounts ?? []).flatMap(({ Type, Source = '', VolumeOptions }) =>
    Type === 'volume' && VolumeOptions?.Labels?.[STACK_LABEL] === stack ? [Source] : [],
  )
  const ports = (spec.EndpointSpec?.Ports ?? []).flatMap(({ Protocol = 'tcp', PublishedPort: port = 0 }) =>
    port === 0 ? [] : [Protocol === 'tcp' ? String(port) : `${port}/${Protocol}`],
  )
  return {
    id: answer.ID,
    service: spec.Name.startsWith(`${stack}_`) ? spec.Name.slice(stack.length + 1) : spec.Name,
    image: container?.Image ?? '',
    mode: spec.Mode.Replicated ? 'replicated' : spec.Mode.Global ? 'global' : 'job',
    desiredTasks: answer.ServiceStatus?.DesiredTasks ?? spec.Mode.Replicated?.Replicas ?? 1,
    updateState: update?.State === '' ? undefined : update?.State,
    updateMessage: stripControl(update?.Message ?? ''),
    version: answer.Version.Index,
    taskHash: hashTask(spec.TaskTemplate),
    specHash: hashSpec(spec),
    hasHealthCheck: !['NONE', undefined].includes(container?.Healthcheck?.Test?.[0]),
    ...(typeof container?.StopGracePeriod === 'number' && { stopMs: container.StopGracePeriod / 1e6 }),
    stackImage: spec.Labels?.[IMAGE_LABEL] ?? '',
    spec: spec as unknown as ServiceSpec,
    uses: [
      ...(container?.Configs ?? []).map(({ ConfigID }) => ConfigID),
      ...(container?.Secrets ?? []).map(({ SecretID }) => SecretID),
    ],
    ...(volumes.length > 0 && { volumes }),
    ...(ports.length > 0 && { ports }),
  }
}

export function readServiceImages({
  Spec: spec,
  PreviousSpec: previous,
}: z.infer<typeof serviceAnswer>): ServiceImages {
  const stack = spec.Labels?.[STACK_LABEL]
  const images = [spec.TaskTemplate, previous?.TaskTemplate].map((it) => it?.ContainerSpec?.Image ?? '')
  const volumes = (spec.TaskTemplate.ContainerSpec?.Mounts ?? []).flatMap(({ Type, Source = '' }) =>
    Type === 'volume' && Source !== '' ? [Source] : [],
  )
  return {
    service: stripControl(spec.Name),
    ...(stack !== undefined && { stack: stripControl(stack) }),
    images: [...new Set(images)].filter((image) => image !== ''),
    ...(volumes.length > 0 && { volumes }),
  }
}

export function readTask(answer: z.infer<typeof taskAnswer>): StackTask {
  const { Status: status } = answer
  return {
    id: answer.ID,
    serviceId: answer.ServiceID,
    nodeId: answer.NodeID,
    image: answer.Spec.ContainerSpec?.Image ?? '',
    desiredState: answer.DesiredState,
    state: status.State,
    error: stripControl(status.Err ?? ''),
    hasContainer: (status.ContainerStatus?.ContainerID ?? '') !== '',
    exitCode: status.ContainerStatus?.ExitCode,
    taskHash: hashTask(answer.Spec),
    createdAtMs: Date.parse(answer.CreatedAt),
    stateSinceMs: Date.parse(status.Timestamp ?? answer.CreatedAt),
    ...(answer.Slot !== undefined && { slot: answer.Slot }),
  }
}

/** Swarm copies these parts of a service's definition into each of its tasks. */
function hashTask({
  ContainerSpec,
  Resources,
  RestartPolicy,
  ForceUpdate,
}: z.infer<typeof taskTemplate>): string {
  return hashSorted([ContainerSpec, Resources, RestartPolicy, ForceUpdate])
}

/**
 * What a user decides about a service, apart from the number of its tasks. A newer Engine may add fields to what it returns, empty
 * ones at first: those are left out.
 */
function hashSpec({ TaskTemplate, Mode, ...spec }: z.infer<typeof serviceSpec>): string {
  const { ForceUpdate: _, ...template } = TaskTemplate
  return hashSorted(withoutEmpty({ ...spec, template, modes: Object.keys(Mode).sort() }))
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value || undefined
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const full = withoutEmpty(inner)
    return full === undefined ? [] : [[key, full] as const]
  })
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function hashSorted(parts: unknown): string {
  const text = JSON.stringify(parts, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
  return createHash('sha256').update(text).digest('hex')
}
