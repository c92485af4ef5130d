import { DrayError } from '../../../errors/dray-error.ts'
import type { AppModel, ServiceModel } from '../../model/app-model.ts'
import { frontName } from '../../model/front.ts'

/** The services that a host runs; undefined for all. */
export type Role = { host: string; services: readonly string[] | undefined }

/**
 * The app as one host runs it: only the services of its role, and their dependencies on one another. Throws SERVICE_UNKNOWN for
 * a service that the compose file does not have, and SERVICES_APART for one that needs the container of another host.
 */
export function limitToRole(app: AppModel, { host, services: role }: Role): AppModel {
  if (role === undefined) return app
  const known = [...app.services, ...(app.inactive ?? [])].map(({ name }) => name)
  const unknown = role.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new DrayError(
      'SERVICE_UNKNOWN',
      `Service ${unknown} (\`hosts\` in dray.yml, of ${host}) is not in the compose file.`,
      { hint: `Its services: ${known.join(', ')}.` },
    )
  }
  const isHere = (name: string): boolean => role.includes(name) || name === frontName
  const here = app.services.filter(({ name }) => isHere(name))
  for (const service of here) refuseApart(service, { host, isHere })
  const elsewhere = app.services.map(({ name }) => name).filter((name) => !isHere(name))
  return {
    ...app,
    services: here.map((service) => ({
      ...service,
      dependsOn: service.dependsOn.filter((it) => isHere(it.service)),
    })),
    ...(app.externals && {
      externals: app.externals.flatMap((it) => {
        const services = it.services.filter(isHere)
        return services.length === 0 ? [] : [{ ...it, services }]
      }),
    }),
    ...(elsewhere.length > 0 && { elsewhere }),
  }
}

function refuseApart(
  { name, boundTo }: ServiceModel,
  { host, isHere }: { host: string; isHere: (name: string) => boolean },
): void {
  const apart = boundTo.find(({ service }) => !isHere(service))
  if (apart === undefined) return
  throw new DrayError(
    'SERVICES_APART',
    `${name} runs on ${host} and needs a container of ${apart.service} there (${apart.key}), which runs on other hosts.`,
    { hint: `Add ${apart.service} to the \`services\` of ${host} in dray.yml.` },
  )
}
