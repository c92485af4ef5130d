/** How often a check is run in one go, and how long it rests after each time that it failed. */
export type CheckPace = { most: number; pauseMs: number }

const LEAST_PAUSE_MS = 50
const MOST_PAUSE_MS = 1_000
/** After it the container itself is looked at again; sooner where Docker may have given it up. */
const ONE_GO_MS = 1_500
const LAST_GO_MS = 300

/**
 * The pace of the checks of one container of `containers` that are waited for, after `waitedMs`, when Docker itself gives it
 * up at `verdictMs` or a little later. What checks take of the
 * processor the new containers lack for their start, and the old ones for their requests: so all of them together are run no
 * more than forty times a second, and a wait that has lasted goes on at a twentieth of its length.
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
