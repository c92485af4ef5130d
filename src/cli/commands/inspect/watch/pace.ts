import { DEPLOYING_PACE_MS } from '../../../../ui/page/model.ts'

/** Time between two looks at a host: while all is well, during a deploy, and while it does not answer. */
export const PACE_MS = { calm: 10_000, deploying: DEPLOYING_PACE_MS, unknown: 5_000 }

const LONGEST_RETRY_MS = 300_000

/** Wait before what failed so many times in a row is asked again, unless there is news before: doubled each time, up to five minutes. */
export function retryMs(failures: number): number {
  return Math.min(PACE_MS.unknown * 2 ** (failures - 1), LONGEST_RETRY_MS)
}

/** A look that takes longer ends: the host does not answer, and its earlier answers are no longer present. */
export const LOOK_MS = 20_000
