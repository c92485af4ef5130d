import { renderBytes } from '../../../shared/bytes.ts'
import { removeThings } from '../remove-things.ts'
import type { StepRunner } from '../execution.ts'
import type { StepOf } from '../../model/plan.ts'

/** Frees disk space before a pull. */
export const freeDisk: StepRunner<StepOf<'free-disk'>> = async ({ stage, things }, { run }) => {
  const gone = await removeThings(run.host.engine, { stage, things })
  const freedBytes = gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const staying = things.length - gone.length
  return `${renderBytes(freedBytes)} freed${staying > 0 ? `, ${staying} in use again` : ''}`
}
