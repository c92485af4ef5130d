import * as z from 'zod'
import type { ImageConfig } from '../../deploy/model/ports.ts'

/** The part of an image's configuration that containers inherit, in the form of registries and of the Engine. */
export const imageConfigSchema = z.object({
  Env: z.array(z.string()).nullish(),
  Entrypoint: z.array(z.string()).nullish(),
  Cmd: z.array(z.string()).nullish(),
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Healthcheck: z.object({ Test: z.array(z.string()).nullish() }).nullish(),
})

/**
 * Reads how an image runs. https://github.com/opencontainers/image-spec/blob/main/config.md; `Healthcheck` is an
 * extension by Docker.
 */
export function readImageConfig(config: z.infer<typeof imageConfigSchema> | null | undefined): ImageConfig {
  const test = config?.Healthcheck?.Test ?? []
  return {
    environment: config?.Env ?? [],
    hasHealthCheck: test.length > 0 && test[0] !== 'NONE',
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}).flatMap((port) =>
      /^\d+(\/tcp)?$/.test(port) ? [Number.parseInt(port, 10)] : [],
    ),
    command: [...(config?.Entrypoint ?? []), ...(config?.Cmd ?? [])],
  }
}
