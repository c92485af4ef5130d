import type { Engine } from '../model/ports.ts'
import type { DiskThing, CleanupStage } from '../model/disk/disk-thing.ts'

type Going = Pick<DiskThing, 'id' | 'names' | 'sizeBytes'>

/**
 * Removes things of one kind and returns those that were removed. Things that got a container or another name since the
 * decision stay, and so does what Docker refuses to remove; nothing is forced.
 */
export async function removeThings<T extends Going>(
  engine: Pick<Engine, 'disk' | 'images' | 'usedImageIds' | 'removeImage'>,
  stage: CleanupStage,
  things: readonly T[],
): Promise<readonly T[]> {
  switch (stage) {
    case 'dangling-images':
    case 'images':
      return removeImages(engine, things)
    case 'build-cache':
      await engine.disk.clearBuildCache()
      return things
    case 'containers':
      return removeEach(things, (id) => engine.disk.removeIdleContainer(id))
    case 'networks':
      return removeEach(things, (id) => engine.disk.removeNetwork(id))
    case 'volumes':
      return removeEach(things, (id) => engine.disk.removeVolume(id))
  }
}

async function removeEach<T extends Going>(
  things: readonly T[],
  remove: (id: string) => Promise<boolean>,
): Promise<T[]> {
  const gone = await Promise.all(things.map(({ id }) => remove(id)))
  return things.filter((_thing, index) => gone[index])
}

async function removeImages<T extends Going>(
  engine: Pick<Engine, 'images' | 'usedImageIds' | 'removeImage'>,
  things: readonly T[],
): Promise<T[]> {
  const [there, used] = await Promise.all([engine.images(), engine.usedImageIds()])
  const named = new Map(there.map(({ id, tags, digests }) => [id, [...tags, ...digests]]))
  const untouched = things.filter(({ id, names }) => {
    const now = named.get(id)
    return now !== undefined && !used.has(id) && now.every((name) => names.includes(name))
  })
  for (const { id, names } of untouched) {
    for (const name of names.length === 0 ? [id] : names) await engine.removeImage(name)
  }
  const left = new Set((await engine.images()).map(({ id }) => id))
  return untouched.filter(({ id }) => !left.has(id))
}
