import { DrayError } from '../../errors/dray-error.ts'
import { resolvedInactive } from './observe/observe-inactive.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'
import type { ResolvedImage } from '../model/ports.ts'

/** The registry's answers. */
type TagObservation = Pick<HostObservation, 'inactive'> & {
  resolved: ReadonlyMap<string, Pick<ResolvedImage, 'reference' | 'digest'>>
}

/**
 * A tag may be pushed again between the build and the deploy. Throws TAG_MOVED if a tag resolves to another digest than
 * the expected one, and, if these are all hosts (`isAll`), IMAGE_UNUSED for an expected image that no service runs.
 */
export function refuseMovedTags(
  observations: readonly TagObservation[],
  { expected }: DesiredRelease,
  isAll: boolean,
): void {
  const resolved = observations.flatMap((it) => [...it.resolved, ...resolvedInactive(it.inactive)])
  for (const { repository, digest } of expected) {
    const users = resolved.filter(
      ([, { reference }]) => `${reference.registry}/${reference.repository}` === repository,
    )
    if (users.length === 0 && isAll) {
      throw new DrayError(
        'IMAGE_UNUSED',
        `This deploy expects image ${repository}, but no service uses it.`,
        {
          hint: `Images in the compose file: ${repositoriesOf(resolved)}.`,
        },
      )
    }
    const moved = users.find(([, image]) => image.digest !== digest)
    if (moved === undefined) continue
    const [service, image] = moved
    throw new DrayError(
      'TAG_MOVED',
      `${repository}${tagOf(image.reference.tag)} of service ${service} is ${image.digest}, not ${digest} as expected.`,
    )
  }
}

function repositoriesOf(resolved: readonly (readonly [string, Pick<ResolvedImage, 'reference'>])[]): string {
  const names = resolved.map(([, { reference }]) => `${reference.registry}/${reference.repository}`)
  return [...new Set(names)].join(', ')
}

function tagOf(tag: string | undefined): string {
  return tag === undefined ? '' : `:${tag}`
}
