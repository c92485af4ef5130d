import type { StepRunner } from '../execution.ts'
import type { StepOf } from '../../model/plan.ts'

/** Writes the changed files of the release to the app's directory. */
export const placeFiles: StepRunner<StepOf<'place-files'>> = async (step, { run }) => {
  const changed = new Set(step.changed)
  run.done.placed = true
  await run.host.directory.place({
    files: run.files.filter((file) => changed.has(file.path)),
    remove: step.removed,
    inPlace: step.inPlace,
    adopt: step.adopt,
  })
  const removed = step.removed.length === 0 ? '' : `, ${step.removed.length} removed`
  return `${step.changed.length} written${removed}`
}
