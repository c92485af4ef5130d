import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'

/**
 * A tag may be pushed again between the build and the deploy. Throws TAG_MOVED where a tag stands for another digest than the
 * one that was expected, and IMAGE_UNUSED for an expected image that no service runs.
 */
export function refuseMovedTags({ resolved }: HostObservation, { expected }: DesiredRelease): void {
  for (const { repository, digest } of expected) {
    const users = [...resolved].filter(
      ([, { reference }]) => `${reference.registry}/${reference.repository}` === repository,
    )
    if (users.length === 0) {
      throw new DrayError('IMAGE_UNUSED', `${repository} was to be deployed, but no service runs it.`, {
        hint: `The images of the compose file are in ${repositoriesOf(resolved)}.`,
      })
    }
    const moved = users.find(([, image]) => image.digest !== digest)
    if (moved === undefined) continue
    const [service, image] = moved
    throw new DrayError(
      'TAG_MOVED',
      `Service ${service} would run ${image.digest} of ${repository}${tagOf(image.reference.tag)}, not ${digest} as expected.`,
    )
  }
}

function repositoriesOf(resolved: HostObservation['resolved']): string {
  const names = [...resolved.values()].map(({ reference }) => `${reference.registry}/${reference.repository}`)
  return [...new Set(names)].join(', ')
}

function tagOf(tag: string | undefined): string {
  return tag === undefined ? '' : `:${tag}`
}
