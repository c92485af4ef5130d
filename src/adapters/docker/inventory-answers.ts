import * as z from 'zod'

/** The Engine omits empty fields, or sends null. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])

const labels = z.record(z.string(), z.string()).nullish()

/** Used fields of `GET /system/df`. */
export const diskAnswer = z.object({
  LayersSize: z.number().nullish(),
  Images: list(
    z.object({
      Id: z.string(),
      RepoTags: list(z.string()),
      RepoDigests: list(z.string()),
      Size: z.number(),
      /** -1 if not calculated. */
      SharedSize: z.number(),
      Created: z.number(),
    }),
  ),
  Containers: list(
    z.object({
      Id: z.string(),
      ImageID: z.string(),
      Labels: labels,
      SizeRw: z.number().nullish(),
      Mounts: list(z.object({ Type: z.string(), Name: z.string().nullish() })),
      NetworkSettings: z.object({ Networks: z.record(z.string(), z.unknown()).nullish() }).nullish(),
    }),
  ),
  Volumes: list(
    z.object({
      Name: z.string(),
      Labels: labels,
      CreatedAt: z.string().nullish(),
      UsageData: z.object({ Size: z.number() }).nullish(),
    }),
  ),
  BuildCache: list(z.object({ InUse: z.boolean(), Shared: z.boolean(), Size: z.number() })),
})

export type DiskAnswer = z.infer<typeof diskAnswer>

/**
 * Used fields of `GET /images/json?manifests=1`. Only an Engine whose images containerd keeps has manifests, from API 1.47 on; those of
 * other kinds than `image` are not unpacked.
 */
export const unpackedList = z.array(
  z.object({
    Id: z.string(),
    Manifests: list(
      z.object({ ImageData: z.object({ Size: z.object({ Unpacked: z.number() }).nullish() }).nullish() }),
    ),
  }),
)

export type UnpackedAnswer = z.infer<typeof unpackedList>[number]

/** Further used fields of `GET /containers/{id}/json`. */
export const idleAnswer = z.object({
  Name: z.string(),
  Created: z.string(),
  LogPath: z.string().nullish(),
  Config: z.object({ Image: z.string() }),
  State: z.object({ Status: z.string(), FinishedAt: z.string().nullish() }),
  HostConfig: z.object({
    LogConfig: z.object({
      Type: z.string(),
      Config: z.record(z.string(), z.string()).nullish(),
    }),
  }),
})

export type IdleAnswer = z.infer<typeof idleAnswer>

/** Used fields of `GET /images/{id}/json`. */
export const imageDetails = z.object({
  RootFS: z.object({ Layers: list(z.string()) }).nullish(),
  Metadata: z.object({ LastTagTime: z.string().nullish() }).nullish(),
})

export type ImageDetails = z.infer<typeof imageDetails>

export const networkList = z.array(
  z.object({
    Id: z.string(),
    Name: z.string(),
    Created: z.string(),
    Scope: z.string(),
    Labels: labels,
  }),
)

export type NetworkAnswer = z.infer<typeof networkList>[number]

/** A line of `GET /events`: the image by its id, or by the name it was pulled with. */
export const imageEvent = z.object({
  Actor: z.object({ ID: z.string() }),
  time: z.number(),
})

export const systemTime = z.object({ SystemTime: z.string() })
