import * as z from 'zod'
import type { UsageSource } from '../../operations/status/container-usage.ts'
import type { EngineClient } from './engine-client.ts'

const statsAnswer = z.object({
  read: z.string(),
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({
    usage: z.number().nullish(),
    limit: z.number().nullish(),
    stats: z.record(z.string(), z.number()).nullish(),
  }),
})

/** Counters of an Engine's containers, one request each, which does not wait for a second sample. */
export function createUsageSource(client: EngineClient): UsageSource {
  return {
    sample: async (containerId) => {
      const answer = await client.send({
        method: 'GET',
        path: `/containers/${containerId}/stats`,
        query: { stream: false, 'one-shot': true },
      })
      // It was removed meanwhile.
      if (answer.status === 404 || answer.status === 409) return undefined
      const request = { method: 'GET', path: `/containers/${containerId}/stats` } as const
      const { read, cpu_stats: cpu, memory_stats: memory } = await client.parse(answer, request, statsAnswer)
      const atMs = Date.parse(read)
      if (!(atMs > 0) || typeof memory.usage !== 'number') return undefined
      // As docker/cli, cli/command/container/stats_helpers.go: cgroup v1 has `total_inactive_file`, v2 `inactive_file`.
      const cache = memory.stats?.['total_inactive_file'] ?? memory.stats?.['inactive_file'] ?? 0
      return {
        atMs,
        cpuNs: cpu.cpu_usage.total_usage,
        memoryBytes: Math.max(0, memory.usage - cache),
        memoryLimitBytes: memory.limit ?? 0,
      }
    },
  }
}
