import type { Engine } from '../model/ports.ts'
import type { DiskThing, CleanupStage } from '../model/disk/disk-thing.ts'

type Going = Pick<DiskThing, 'id' | 'names' | 'sizeBytes'>
type Removing<T> = { stage: CleanupStage; things: readonly T[]; onGone?: (thing: T) => unknown }

/**
 * Removes things of one kind and returns those that were removed. Things that got a container or another name since the
 * decision stay, and so does what Docker refuses to remove; nothing is forced. `onGone` receives each thing as soon as it is gone,
 * for a failure in the middle.
 */
export async function removeThings<T extends Going>(
  engine: Pick<Engine, 'disk' | 'images' | 'usedImageIds' | 'removeImage'>,
  { stage, things, onGone = () => undefined }: Removing<T>,
): Promise<readonly T[]> {
  switch (stage) {
    case 'dangling-images':
    case 'images':
      return removeImages(engine, things, onGone)
    case 'build-cache':
      await engine.disk.clearBuildCache()
      things.forEach(onGone)
      return things
    case 'containers':
      return removeEach(things, (id) => engine.disk.removeIdleContainer(id), onGone)
    case 'networks':
      return removeEach(things, (id) => engine.disk.removeNetwork(id), onGone)
    case 'volumes':
      return removeEach(things, (id) => engine.disk.removeVolume(id), onGone)
  }
}

async function removeEach<T extends Going>(
  things: readonly T[],
  remove: (id: string) => Promise<boolean>,
  onGone: (thing: T) => unknown,
): Promise<T[]> {
  const attempts = await Promise.allSettled(
    things.map(async (thing) => {
      const isGone = await remove(thing.id)
      if (isGone) onGone(thing)
      return isGone
    }),
  )
  const failure = attempts.find((it) => it.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return things.filter((_thing, index) => {
    const attempt = attempts[index]
    return attempt?.status === 'fulfilled' && attempt.value
  })
}

async function removeImages<T extends Going>(
  engine: Pick<Engine, 'images' | 'usedImageIds' | 'removeImage'>,
  things: readonly T[],
  onGone: (thing: T) => unknown,
): Promise<T[]> {
  const [there, used] = await Promise.all([engine.images(), engine.usedImageIds()])
  const named = new Map(there.map(({ id, tags, digests }) => [id, [...tags, ...digests]]))
  const untouched = things.filter(({ id, names }) => {
    const now = named.get(id)
    return now !== undefined && !used.has(id) && now.every((name) => names.includes(name))
  })
  const readLeft = async (): Promise<Set<string>> => new Set((await engine.images()).map(({ id }) => id))
  const begun: T[] = []
  const removed: T[] = []
  try {
    for (const thing of untouched) {
      begun.push(thing)
      const names = thing.names.length === 0 ? [thing.id] : thing.names
      let isGone = true
      for (const name of names) isGone = (await engine.removeImage(name)) && isGone
      if (isGone) removed.push(thing)
    }
  } catch (error) {
    // The last one may be gone, too: without an answer, nothing shows it.
    const left = await readLeft().catch(() => undefined)
    const gone = left === undefined ? removed : begun.filter(({ id }) => !left.has(id))
    gone.forEach(onGone)
    throw error
  }
  const left = await readLeft()
  return untouched.filter(({ id }) => !left.has(id))
}
