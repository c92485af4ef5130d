import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import type { ImageStore } from '../../deploy/model/inventory.ts'
import type { Platform } from '../../deploy/model/ports.ts'
import { where } from './docker-cli-failure.ts'

/** What an Engine is and where it keeps its images. */
export type EngineObservation = Platform & {
  /** As the Engine says it: `20.10.24+dfsg1`, `28.5.2`. */
  version: string
  /** Version of the API that is spoken with it. */
  apiVersion: string
  /** Directory on the host. */
  dataRoot: string
  imageStore: ImageStore
  storageDriver: string
  /** Base URLs of the mirrors of Docker Hub that it asks first. */
  mirrors: readonly string[]
}

/** Newest API that this code was tested against, and the oldest that still has all it needs. */
const newestApi = '1.51'
const oldestApi = '1.40'

/** Where Docker's packages have containerd keep what it has. */
const CONTAINERD_ROOT = '/var/lib/containerd'

export const versionAnswer = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: z.string().optional(),
  Os: z.string(),
  Arch: z.string(),
})

export type VersionAnswer = z.infer<typeof versionAnswer>

export const infoAnswer = z.object({
  DockerRootDir: z.string(),
  Driver: z.string(),
  DriverStatus: z.array(z.array(z.string())).nullish(),
  Architecture: z.string(),
  RegistryConfig: z.object({ Mirrors: z.array(z.string()).nullish() }).nullish(),
})

/** The API version to speak: the server's, but no newer than we know and no older than it accepts. */
export function chooseApiVersion({ ApiVersion, MinAPIVersion }: VersionAnswer): string {
  const upTo = compareVersions(ApiVersion, newestApi) < 0 ? ApiVersion : newestApi
  const least = MinAPIVersion ?? oldestApi
  const chosen = compareVersions(upTo, least) < 0 ? least : upTo
  return compareVersions(chosen, oldestApi) < 0 ? oldestApi : chosen
}

/** Throws DOCKER_TOO_OLD for an Engine older than 20.10. A version that is no number, as of a build of one's own, passes. */
export function assertEngineSupported(version: string, host: string): void {
  if (!/^\d+\.\d+/.test(version) || compareVersions(version, '20.10') >= 0) return
  throw new DrayError(
    'DOCKER_TOO_OLD',
    `Docker Engine on ${where(host)} is ${version}; dray needs 20.10 or newer.`,
  )
}

export function readEngineObservation(
  version: VersionAnswer,
  info: z.infer<typeof infoAnswer>,
): EngineObservation {
  return {
    version: version.Version,
    apiVersion: chooseApiVersion(version),
    os: version.Os,
    architecture: version.Arch,
    variant: version.Arch === 'arm' ? armVariant(info.Architecture) : undefined,
    dataRoot: info.DockerRootDir,
    imageStore: readImageStore(info),
    storageDriver: info.Driver,
    mirrors: (info.RegistryConfig?.Mirrors ?? []).map((url) => url.replace(/\/$/, '')),
  }
}

/** With the store of containerd, images are in its directory, unless the Engine runs a containerd of its own. */
function readImageStore({ DockerRootDir, DriverStatus }: z.infer<typeof infoAnswer>): ImageStore {
  const driverType = DriverStatus?.find(([name]) => name === 'driver-type')?.[1] ?? ''
  const keepsPacked = driverType.startsWith('io.containerd.snapshotter')
  return { keepsPacked, roots: keepsPacked ? [CONTAINERD_ROOT, DockerRootDir] : [DockerRootDir] }
}

/** `armv7l`, as the kernel calls it, is `v7` in manifests. */
function armVariant(machine: string): string | undefined {
  const number = /^armv(\d)/.exec(machine)?.[1]
  return number === undefined ? undefined : `v${number}`
}

function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map((part) => Number.parseInt(part, 10))
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map((part) => Number.parseInt(part, 10))
  return leftMajor - rightMajor || leftMinor - rightMinor
}
