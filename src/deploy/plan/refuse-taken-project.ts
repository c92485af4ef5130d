import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'

/**
 * Compose knows containers by project and service, whatever directory they were made from, so that two directories with one
 * project name replace each other's. Throws PROJECT_TAKEN where another one has a service of the app, unless it may be adopted.
 */
export function refuseTakenProject(
  { directory: facts, host }: HostObservation,
  { adopt }: DesiredRelease,
): void {
  const { app, otherDirectories } = facts
  const other = otherDirectories.find(
    ({ project, service }) => project === app.project && app.services.some(({ name }) => name === service),
  )
  if (other === undefined || adopt) return
  throw new DrayError(
    'PROJECT_TAKEN',
    `${host} runs ${other.service} of a Compose project ${app.project} from ${other.path}: this deploy would replace it.`,
  )
}
