import { DEPLOYING_PACE_MS } from '../../../../ui/page/model.ts'

/** Time between two looks at a host: while all is well, during a deploy, and while it does not answer. */
export const PACE_MS = { calm: 10_000, deploying: DEPLOYING_PACE_MS, unknown: 5_000 }

/** A look that takes longer ends: the host does not answer, and its earlier answers are no longer present. */
export const LOOK_MS = 20_000
