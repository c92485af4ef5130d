import { renderBytes } from '../../../shared/bytes.ts'
import { retry } from '../../../shared/retry.ts'
import type { StepContext, StepRunner } from '../execution.ts'
import { keepTag, parseImageReference, pinnedName } from '../../model/image-reference.ts'
import type { StepOf } from '../../model/plan.ts'
import type { PullProgress } from '../../model/ports.ts'

export const pruneDangling: StepRunner<StepOf<'prune-dangling'>> = async (_step, { run }) => {
  const { count, freedBytes } = await run.host.engine.pruneDanglingImages()
  return count === 0 ? 'none there' : `${count} removed, ${renderBytes(freedBytes)}`
}

/** Pulls by digest and gives the image a tag of ours, without which it would count as dangling. */
export const pullImage: StepRunner<StepOf<'pull-image'>> = async (step, context) => {
  let fetchedBytes = 0
  await pullAndKeep(step, context, ({ doneBytes, totalBytes }) => {
    fetchedBytes = doneBytes
    context.progress({ doneBytes, totalBytes })
  })
  return `${renderBytes(fetchedBytes)} fetched`
}

/** No pull is begun again later than this after the first. */
const PULL_AGAIN_MS = 15_000

/**
 * Pulls an image and gives it the tag of ours. What ended by a passing trouble of the network is begun again, as an Engine does by
 * itself with Docker's own store, and not with containerd's.
 */
async function pullAndKeep(
  image: { name: string; keepTag: string },
  { run, execution, signal }: StepContext,
  onProgress?: (progress: PullProgress) => void,
): Promise<void> {
  const { engine } = run.host
  const credentials = await execution.credentials(parseImageReference(image.name).registry)
  const options = {
    signal,
    ...(credentials === undefined ? {} : { credentials }),
    ...(onProgress === undefined ? {} : { onProgress }),
  }
  const again = { clock: execution.clock, deadlineMs: PULL_AGAIN_MS, attempts: 3, signal }
  const pull = (): Promise<void> => retry(() => engine.pull(image.name, options), again)
  await pull()
  await engine.tag(image.name, image.keepTag).catch(async () => {
    // Somebody's prune came between the pull and the tag.
    await pull()
    await engine.tag(image.name, image.keepTag)
  })
}

/**
 * Pulls the images of services again that somebody's `docker image prune -a` took since they came: until a container is made
 * of it, nothing holds an image there. Gives whether any was gone. Throws what a pull throws.
 */
export async function pullLostImages(services: readonly string[], context: StepContext): Promise<boolean> {
  const { host, observation } = context.run
  let wereLost = false
  for (const service of services) {
    const resolved = observation.resolved.get(service)
    if (resolved === undefined) continue
    const { reference, digest } = resolved
    const name = pinnedName(reference, digest)
    if ((await host.engine.imageConfig(name)) !== undefined) continue
    wereLost = true
    context.progress({ text: `the image of ${service} is gone, pulling it again` })
    await pullAndKeep(
      { name, keepTag: keepTag(reference, digest, observation.directory.app.project) },
      context,
    )
  }
  return wereLost
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
