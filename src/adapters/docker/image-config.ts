import * as z from 'zod'
import type { ImageConfig } from '../../deploy/model/ports.ts'
import { defaultShell, type PartialHealthCheck } from '../../deploy/model/drain-check.ts'

/** The part of an image's configuration that containers inherit, in the form of registries and of the Engine. */
export const imageConfigSchema = z.object({
  Env: z.array(z.string()).nullish(),
  Entrypoint: z.array(z.string()).nullish(),
  Cmd: z.array(z.string()).nullish(),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Shell: z.array(z.string()).nullish(),
  Healthcheck: z
    .object({
      Test: z.array(z.string()).nullish(),
      Interval: z.number().nullish(),
      StartPeriod: z.number().nullish(),
      Retries: z.number().nullish(),
    })
    .nullish(),
})

type Config = z.infer<typeof imageConfigSchema> | null | undefined

/**
 * Reads how an image runs. https://github.com/opencontainers/image-spec/blob/main/config.md; `Healthcheck` and `Shell` are
 * extensions by Docker.
 */
export function readImageConfig(config: Config): ImageConfig {
  const test = config?.Healthcheck?.Test ?? []
  return {
    environment: config?.Env ?? [],
    hasHealthCheck: test.length > 0 && test[0] !== 'NONE',
    ...readHealthCheck(config),
    ...(config?.Shell && { shell: config.Shell }),
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}).flatMap((port) =>
      /^\d+(\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : [],
    ),
    command: [...(config?.Entrypoint ?? []), ...(config?.Cmd ?? [])],
    ...(config?.Entrypoint && { entrypoint: config.Entrypoint }),
  }
}

/** Without the fields that are 0: Docker's own values. */
function readHealthCheck(config: Config): { healthCheck?: PartialHealthCheck } {
  const [kind, ...rest] = config?.Healthcheck?.Test ?? []
  if (kind !== 'CMD' && kind !== 'CMD-SHELL') return {}
  const { Interval: interval, StartPeriod: startPeriod, Retries: retries } = config?.Healthcheck ?? {}
  const argv = kind === 'CMD' ? rest : [...(config?.Shell ?? defaultShell), ...rest]
  return {
    healthCheck: {
      argv,
      ...(interval && { intervalMs: interval / 1e6 }),
      ...(startPeriod && { startPeriodMs: startPeriod / 1e6 }),
      ...(retries && { retries }),
    },
  }
}
