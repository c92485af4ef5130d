import type { DirectoryObservation } from '../../deploy/model/ports.ts'
import { parseJson } from '../../shared/parse-json.ts'

/** Whether the last line of the journal about a load balancer, which `balancerLine` prints, says that the host left it. */
export function readBalancer(line: string | undefined): Pick<DirectoryObservation, 'isOut'> {
  const entry = parseJson(line ?? '') as { event?: unknown } | null | undefined
  return entry?.event === 'host.left' ? { isOut: true } : {}
}
