import type { LoadProgress, LoadReport } from '../test/support/load/load-report.ts'
import { runLoad } from '../test/support/load/run-load.ts'

export type MixedReport = Pick<LoadReport, 'sent' | 'failed' | 'reasons' | 'latestSendMs'> & {
  /** When each version answered, of either half: milliseconds since the epoch. */
  versions: readonly { version: string; firstAtMs: number; lastAtMs: number }[]
}

export type MixedLoad = AsyncDisposable & {
  /** Resolves when the condition holds for both halves. */
  waitUntil(condition: (progress: LoadProgress) => boolean): Promise<void>
  stop(): Promise<MixedReport>
}

export const ratePerSecond = 200

/** Half of the requests over connections that are kept, half over new ones; every third a POST. */
export async function startMixedLoad(
  target: string,
  slow?: { every: number; ms: number },
): Promise<MixedLoad> {
  // Slow ones get longer than the 3 s that a request has else.
  const more = slow === undefined ? {} : { slow, timeoutMs: 3000 + slow.ms }
  const start = (connections: number) =>
    runLoad({ target, ratePerSecond: ratePerSecond / 2, connections, ...more })
  const kept = await start(20)
  const fresh = await start(0).catch(async (error: unknown) => {
    await kept.stop()
    throw error
  })
  const halves = [kept, fresh]
  return {
    waitUntil: async (condition) => {
      await Promise.all(halves.map((half) => half.waitUntil(condition)))
    },
    stop: async () => join(await Promise.all(halves.map((half) => half.stop()))),
    async [Symbol.asyncDispose]() {
      await Promise.all(halves.map((half) => half.stop()))
    },
  }
}

function join(reports: readonly LoadReport[]): MixedReport {
  const reasons: Record<string, number> = {}
  for (const [reason, count] of reports.flatMap((report) => Object.entries(report.reasons))) {
    reasons[reason] = (reasons[reason] ?? 0) + count
  }
  return {
    sent: reports.reduce((sum, { sent }) => sum + sent, 0),
    failed: reports.reduce((sum, { failed }) => sum + failed, 0),
    reasons,
    latestSendMs: Math.max(...reports.map(({ latestSendMs }) => latestSendMs)),
    versions: reports.flatMap(({ versions }) =>
      Object.entries(versions).map(([version, { firstAtMs, lastAtMs }]) => ({
        version,
        firstAtMs,
        lastAtMs,
      })),
    ),
  }
}
