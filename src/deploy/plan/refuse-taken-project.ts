import { DrayError } from '../../errors/dray-error.ts'
import type { DesiredRelease, HostObservation } from '../model/observation.ts'

/**
 * Compose identifies containers by project and service, not by directory, so two directories with the same project name
 * replace each other's containers. Throws PROJECT_TAKEN if another directory runs a service of the app, unless adopted.
 */
export function refuseTakenProject(
  { directory: { app }, otherDirectories, host }: HostObservation,
  { adopt }: DesiredRelease,
): void {
  const other = otherDirectories.find(
    ({ service, isGone }) => !isGone && app.services.some(({ name }) => name === service),
  )
  if (other === undefined || adopt) return
  throw new DrayError(
    'PROJECT_TAKEN',
    `${host} runs service ${other.service} of Compose project ${app.project} from ${other.path}. This deploy would replace it.`,
  )
}
