import { renderBytes } from '../../../shared/bytes.ts'
import { retry } from '../../../shared/retry.ts'
import type { StepContext, StepRunner } from '../execution.ts'
import { keepTag, parseImageReference, pinnedName } from '../../model/image-reference.ts'
import type { StepOf } from '../../model/plan.ts'
import type { PullProgress } from '../../model/ports.ts'

export const pruneDangling: StepRunner<StepOf<'prune-dangling'>> = async (_step, { run }) => {
  const { count, freedBytes } = await run.host.engine.pruneDanglingImages()
  return count === 0 ? 'none found' : `${count} removed, ${renderBytes(freedBytes)}`
}

/** Pulls by digest and adds dray's tag, without which the image would count as dangling. */
export const pullImage: StepRunner<StepOf<'pull-image'>> = async (step, context) => {
  let fetchedBytes = 0
  await pullAndKeep(step, context, ({ doneBytes, totalBytes }) => {
    fetchedBytes = doneBytes
    context.progress({ doneBytes, totalBytes })
  })
  return `${renderBytes(fetchedBytes)} pulled`
}

/** A pull is retried only within this time. */
const PULL_AGAIN_MS = 15_000

/**
 * Pulls an image and adds dray's tag. A temporary network failure is retried: the Engine itself does so with Docker's own
 * image store, but not with containerd's.
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
    // A prune outside dray removed the image between the pull and the tag.
    await pull()
    await engine.tag(image.name, image.keepTag)
  })
}

/**
 * Pulls images again that a `docker image prune -a` outside dray removed: until a container uses an image, nothing protects
 * it. Returns whether any was missing. Throws what a pull throws.
 */
export async function pullLostImages(services: readonly string[], context: StepContext): Promise<boolean> {
  const { host, observation } = context.run
  let wereLost = false
  for (const service of services) {
    const resolved =
      observation.resolved.get(service) ??
      observation.inactive.find((it) => it.service.name === service)?.resolved
    if (resolved === undefined) continue
    const { reference, digest } = resolved
    const name = pinnedName(reference, digest)
    if ((await host.engine.imageConfig(name)) !== undefined) continue
    wereLost = true
    context.progress({ text: `the image of ${service} was removed, pulling it again` })
    await pullAndKeep(
      { name, keepTag: keepTag(reference, digest, observation.directory.app.project) },
      context,
    )
  }
  return wereLost
}

/** Adds dray's tag to an image on the host, so that a prune does not remove it. */
export const keepImage: StepRunner<StepOf<'keep-image'>> = async (step, { run }) => {
  await run.host.engine.tag(step.name, step.keepTag)
  return undefined
}

/** Removes images that only dropped releases needed. An image in use stays. */
export const cleanImages: StepRunner<StepOf<'clean-images'>> = async (step, { run }) => {
  const removed = await Promise.all(step.names.map((name) => run.host.engine.removeImage(name)))
  const dangling = await run.host.engine.pruneDanglingImages()
  const count = removed.filter(Boolean).length + dangling.count
  return count === 0 ? 'none to remove' : `${count} removed`
}
