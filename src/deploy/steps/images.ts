import { renderBytes } from '../../shared/bytes.ts'
import { parseImageReference } from '../image-reference.ts'
import type { StepRunner } from '../execution.ts'
import type { StepOf } from '../plan.ts'

export const pruneDangling: StepRunner<StepOf<'prune-dangling'>> = async (_step, { run }) => {
  const { count, freedBytes } = await run.host.engine.pruneDanglingImages()
  return count === 0 ? 'none there' : `${count} removed, ${renderBytes(freedBytes)}`
}

/** Pulls by digest and gives the image a tag of ours, without which it would count as dangling. */
export const pullImage: StepRunner<StepOf<'pull-image'>> = async (
  step,
  { run, execution, signal, progress },
) => {
  const { engine } = run.host
  let fetchedBytes = 0
  const credentials = await execution.credentials(parseImageReference(step.name).registry)
  const pull = (): Promise<void> =>
    engine.pull(step.name, {
      signal,
      ...(credentials === undefined ? {} : { credentials }),
      onProgress: ({ doneBytes, totalBytes }) => {
        fetchedBytes = doneBytes
        progress({ doneBytes, totalBytes })
      },
    })
  await pull()
  await engine.tag(step.name, step.keepTag).catch(async () => {
    // Somebody's prune came between the pull and the tag.
    await pull()
    await engine.tag(step.name, step.keepTag)
  })
  return `${renderBytes(fetchedBytes)} fetched`
}

/** Gives an image that is there the tag of ours, so that no prune takes it. */
export const keepImage: StepRunner<StepOf<'keep-image'>> = async (step, { run }) => {
  await run.host.engine.tag(step.name, step.keepTag)
  return undefined
}

/** Images that were needed only by releases that are not kept any more. One in use by anything stays. */
export const cleanImages: StepRunner<StepOf<'clean-images'>> = async (step, { run }) => {
  const removed = await Promise.all(step.names.map((name) => run.host.engine.removeImage(name)))
  const dangling = await run.host.engine.pruneDanglingImages()
  const count = removed.filter(Boolean).length + dangling.count
  return count === 0 ? 'none to remove' : `${count} removed`
}
