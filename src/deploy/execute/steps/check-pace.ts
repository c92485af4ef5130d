/** How many times a check runs in one call, and the pause after each failure. */
export type CheckPace = { most: number; pauseMs: number }

const LEAST_PAUSE_MS = 50
const MOST_PAUSE_MS = 1_000
/** After this time the container itself is observed again; sooner if Docker may have reported it as unhealthy. */
const ONE_GO_MS = 1_500
const LAST_GO_MS = 300

/**
 * The pace of one container's health check after `waitedMs`, among `containers` that are waited for; Docker itself decides
 * at `verdictMs` or shortly after. Checks use processor time that the new containers need to start and the old ones need for
 * requests. So all checks together run at most forty times a second, and the pause grows to a twentieth of the time waited.
 */
export function checkPace({
  waitedMs,
  verdictMs,
  containers,
}: {
  waitedMs: number
  verdictMs: number
  containers: number
}): CheckPace {
  const restMs = Math.max(LEAST_PAUSE_MS * Math.ceil(containers / 2), waitedMs / 20)
  const pauseMs = Math.round(Math.min(MOST_PAUSE_MS, restMs))
  const oneGoMs = Math.min(ONE_GO_MS, Math.max(LAST_GO_MS, verdictMs - waitedMs))
  return { pauseMs, most: Math.min(24, Math.max(1, Math.round(oneGoMs / pauseMs))) }
}
