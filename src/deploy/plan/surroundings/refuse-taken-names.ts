import { DrayError } from '../../../errors/dray-error.ts'
import type { HostObservation } from '../../model/observation.ts'
import { describeOther } from '../../model/surroundings.ts'

/** Throws NAME_TAKEN for a `container_name` that a container has which is not of the app. Docker gives a name only once. */
export function refuseTakenNames({
  host,
  directory,
  surroundings,
}: Pick<HostObservation, 'host' | 'directory' | 'surroundings'>): void {
  for (const { name: service, containerName } of directory.app.services) {
    const other = surroundings.others.find(({ name }) => name === containerName)
    if (other === undefined) continue
    throw new DrayError(
      'NAME_TAKEN',
      `The name ${other.name} of service ${service} is taken on ${host} by ${describeOther(other)}.`,
      {
        hint:
          other.project === undefined
            ? `If it is not needed, run \`docker rm -f ${other.name}\` on the server, or remove \`container_name\` from the compose file.`
            : `Remove \`container_name\` from the compose file. If it is this app in another directory, write \`name: ${other.project}\` at the top of the compose file and deploy with \`--adopt\`.`,
      },
    )
  }
}
