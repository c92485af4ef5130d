import { isRunning, type Container } from '../../deploy/model/container.ts'
import type { Engine } from '../../deploy/model/ports.ts'

/** What a container has used so far. */
export type UsageSample = {
  /** On the host's clock, in milliseconds since the epoch. */
  atMs: number
  /** CPU time of all its processes, in nanoseconds. */
  cpuNs: number
  /** Without the cache of files, as `docker stats` counts it. */
  memoryBytes: number
  /** That of the host if the container has none. */
  memoryLimitBytes: number
}

/** The Engine's counters of containers. */
export interface UsageSource {
  /** Undefined for a container that does not run any more, or whose counters the Engine does not have. */
  sample(containerId: string): Promise<UsageSample | undefined>
}

/** A container with its use of CPU and memory; those are absent if it does not run. */
export type ContainerUsage = {
  name: string
  service: string
  state: Container['state']
  health: Container['health']
  /** Output of the last health check; empty without one. */
  healthOutput: string
  /** By Docker since it was created. */
  restarts: number
  /** Milliseconds since the epoch; 0 if it never started. */
  startedAtMs: number
  /** Of one CPU: 200 for two that are busy. */
  cpuPercent?: number
  memoryBytes?: number
  memoryLimitBytes?: number
}

export type SampledContainer = { container: Container; sample: UsageSample | undefined }

/** Samples the containers of a project, without those of tasks. Throws what the Engine throws. */
export async function sampleContainers(
  { engine, usage }: { engine: Pick<Engine, 'containers'>; usage: UsageSource },
  project: string,
): Promise<SampledContainer[]> {
  const containers = (await engine.containers(project)).filter(({ oneOff }) => !oneOff)
  return Promise.all(
    containers.map(async (container) => ({
      container,
      sample: isRunning(container) ? await usage.sample(container.id) : undefined,
    })),
  )
}

/** The containers with what they used between two samples; of a new container the CPU is not known yet. Sorted by name. */
export function usageBetween(
  before: readonly SampledContainer[],
  after: readonly SampledContainer[],
): ContainerUsage[] {
  const earlier = new Map(before.map(({ container, sample }) => [container.id, sample]))
  return after
    .map(({ container, sample }): ContainerUsage => {
      const { name, service, state, health, healthOutput, restartCount, startedAtMs } = container
      const cpuPercent = cpuBetween(earlier.get(container.id), sample)
      return {
        ...{ name, service, state, health, healthOutput, startedAtMs },
        restarts: restartCount,
        ...(cpuPercent !== undefined && { cpuPercent }),
        ...(sample && { memoryBytes: sample.memoryBytes, memoryLimitBytes: sample.memoryLimitBytes }),
      }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The counter begins at 0 again when a container restarts. */
function cpuBetween(before: UsageSample | undefined, after: UsageSample | undefined): number | undefined {
  if (before === undefined || after === undefined) return undefined
  const elapsedNs = (after.atMs - before.atMs) * 1e6
  const usedNs = after.cpuNs - before.cpuNs
  if (elapsedNs <= 0 || usedNs < 0) return undefined
  return Math.round((1000 * usedNs) / elapsedNs) / 10
}
