import * as z from 'zod'
import { DrayError } from '../../errors/dray-error.ts'
import type { ImageStore } from '../../deploy/model/disk/inventory.ts'
import type { Platform } from '../../deploy/model/ports.ts'
import { where } from './docker-cli-failure.ts'

/** Version and image store of an Engine. */
export type EngineObservation = Platform & {
  /** As reported by the Engine: `20.10.24+dfsg1`, `28.5.2`. */
  version: string
  /** API version used with it. */
  apiVersion: string
  /** Directory on the host. */
  dataRoot: string
  imageStore: ImageStore
  storageDriver: string
  /** How many CPUs it can use. */
  cpus: number
  /** Base URLs of its mirrors of Docker Hub. */
  mirrors: readonly string[]
}

/** Newest API version that this code was tested with, and the oldest with everything it needs. */
const newestApi = '1.51'
const oldestApi = '1.40'

/** containerd's data directory in Docker's packages. */
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
  NCPU: z.number(),
  RegistryConfig: z.object({ Mirrors: z.array(z.string()).nullish() }).nullish(),
})

/** The API version to use: the server's, but not newer than tested and not older than the server accepts. */
export function chooseApiVersion({ ApiVersion, MinAPIVersion }: VersionAnswer): string {
  const upTo = compareVersions(ApiVersion, newestApi) < 0 ? ApiVersion : newestApi
  const least = MinAPIVersion ?? oldestApi
  const chosen = compareVersions(upTo, least) < 0 ? least : upTo
  return compareVersions(chosen, oldestApi) < 0 ? oldestApi : chosen
}

/**
 * Throws DOCKER_TOO_OLD for an Engine older than 20.10. A version that is not a number, as of a custom build, is
 * accepted.
 */
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
    cpus: info.NCPU,
    mirrors: (info.RegistryConfig?.Mirrors ?? []).map((url) => url.replace(/\/$/, '')),
  }
}

/** With containerd's store, images are in containerd's directory, unless the Engine runs its own containerd. */
function readImageStore({ DockerRootDir, DriverStatus }: z.infer<typeof infoAnswer>): ImageStore {
  const driverType = DriverStatus?.find(([name]) => name === 'driver-type')?.[1] ?? ''
  const keepsPacked = driverType.startsWith('io.containerd.snapshotter')
  return { keepsPacked, roots: keepsPacked ? [CONTAINERD_ROOT, DockerRootDir] : [DockerRootDir] }
}

/** The kernel's `armv7l` is `v7` in manifests. */
function armVariant(machine: string): string | undefined {
  const number = /^armv(\d)/.exec(machine)?.[1]
  return number === undefined ? undefined : `v${number}`
}

function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map((part) => Number.parseInt(part, 10))
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map((part) => Number.parseInt(part, 10))
  return leftMajor - rightMajor || leftMinor - rightMinor
}
