import * as z from 'zod'
import type { DirectoryObservation } from '../../deploy/model/ports.ts'
import { RELEASE_ID } from '../../deploy/model/release.ts'
import type { InterruptedDeploy } from '../../operations/status/status.ts'
import { parseJson } from '../../shared/parse-json.ts'

/** Whether the last line of the journal about a load balancer, which `balancerLine` prints, says that the host left it. */
export function readBalancer(line: string | undefined): Pick<DirectoryObservation, 'isOut'> {
  const entry = parseJson(line ?? '') as { event?: unknown } | null | undefined
  return entry?.event === 'host.left' ? { isOut: true } : {}
}

const startSchema = z.object({
  release: z.string().regex(RELEASE_ID),
  tag: z.string().optional(),
  restores: z.string().regex(RELEASE_ID).optional(),
  joins: z.looseObject({}).optional(),
})

/** The start of the interrupted deploy in the journal, which `interruptedLine` prints if there is one. */
export function readInterrupted(line: string | undefined): { interrupted?: InterruptedDeploy } {
  const start = startSchema.safeParse(parseJson(line ?? '')).data
  if (start === undefined) return {}
  const { release, tag, restores, joins } = start
  return {
    interrupted: {
      release,
      ...(tag !== undefined && { tag }),
      ...(restores !== undefined && { restores }),
      ...(joins !== undefined && { joins: true as const }),
    },
  }
}
