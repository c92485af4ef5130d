import { DrayError } from '../../../errors/dray-error.ts'
import type { AppModel } from '../../model/app-model.ts'
import type { ImageReference } from '../../model/image-reference.ts'
import type { DesiredRelease, HostObservation, InactiveObservation } from '../../model/observation.ts'
import type { ResolvedImage } from '../../model/ports.ts'
import { readReference } from './read-reference.ts'
import { isOwn } from '../why-not-rolled.ts'

type Sources = {
  desired: DesiredRelease
  templates: HostObservation['imageTemplates']
  ask: (reference: ImageReference) => Promise<ResolvedImage>
}

/**
 * Requests the images of inactive services: those of a task, and own ones, whose digests the release pins. In an archived
 * release they are pinned already. A failure matters only for a task: throws what `ask` throws, and IMAGE_INVALID.
 */
export async function observeInactive(
  { inactive = [] }: Pick<AppModel, 'inactive'>,
  { desired, templates, ask }: Sources,
): Promise<InactiveObservation[]> {
  return Promise.all(
    inactive.map(async (service): Promise<InactiveObservation> => {
      const isOfTask = desired.tasks.some(({ serviceCandidates }) => serviceCandidates.includes(service.name))
      if (desired.restores !== undefined || !(isOfTask || isOwn(service, desired, templates)))
        return { service }
      try {
        return { service, resolved: await ask(readReference(service.name, service.image)) }
      } catch (error) {
        if (isOfTask || !(error instanceof DrayError)) throw error
        return { service, problem: error.message }
      }
    }),
  )
}

/** The answers by service. */
export function resolvedInactive(
  inactive: HostObservation['inactive'],
): (readonly [service: string, image: ResolvedImage])[] {
  return inactive.flatMap(({ service, resolved }) =>
    resolved === undefined ? [] : [[service.name, resolved] as const],
  )
}
