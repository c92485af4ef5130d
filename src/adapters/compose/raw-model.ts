import * as z from 'zod'

const portSchema = z.looseObject({
  published: z.union([z.string(), z.number()]).optional(),
  target: z.number(),
  protocol: z.string().default('tcp'),
  host_ip: z.string().optional(),
})
export const networkSchema = z.looseObject({ enable_ipv6: z.boolean().optional() })
export const volumeSchema = z.looseObject({
  type: z.string(),
  source: z.string().optional(),
  target: z.string(),
  read_only: z.boolean().default(false),
})

/** The fields of `docker compose config --format json` that dray reads of a service; the others only affect its hash. */
const serviceSchema = z.looseObject({
  image: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  container_name: z.string().optional(),
  network_mode: z.string().optional(),
  mac_address: z.string().optional(),
  restart: z.string().optional(),
  scale: z.number().optional(),
  deploy: z
    .looseObject({
      replicas: z.number().optional(),
      restart_policy: z.looseObject({ condition: z.string().optional() }).nullish(),
    })
    .nullish(),
  depends_on: z
    .record(
      z.string(),
      z.looseObject({
        condition: z.string().default('service_started'),
        restart: z.boolean().default(false),
      }),
    )
    .default({}),
  ports: z.array(portSchema).default([]),
  volumes: z.array(volumeSchema).default([]),
  networks: z
    .record(
      z.string(),
      z
        .looseObject({
          ipv4_address: z.string().optional(),
          ipv6_address: z.string().optional(),
          aliases: z.array(z.string()).nullish(),
        })
        .nullable(),
    )
    .nullish(),
  healthcheck: z
    .looseObject({
      disable: z.boolean().optional(),
      test: z.union([z.string(), z.array(z.string())]).optional(),
      interval: z.string().optional(),
      start_period: z.string().optional(),
      retries: z.number().optional(),
    })
    .nullish(),
  entrypoint: z.array(z.string()).nullish(),
  command: z.array(z.string()).nullish(),
  ipc: z.string().optional(),
  labels: z.record(z.string(), z.string()).nullish(),
  environment: z.record(z.string(), z.string().nullable()).nullish(),
})

export const modelSchema = z.looseObject({
  name: z.string(),
  services: z.record(z.string(), serviceSchema).default({}),
  networks: z.record(z.string(), z.unknown()).default({}),
  volumes: z.record(z.string(), z.unknown()).default({}),
  configs: z.record(z.string(), z.unknown()).default({}),
  secrets: z.record(z.string(), z.unknown()).default({}),
})

export type RawModel = z.infer<typeof modelSchema>
export type RawService = z.infer<typeof serviceSchema>
