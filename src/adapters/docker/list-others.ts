import * as z from 'zod'
import type { OtherContainer } from '../../deploy/model/surroundings.ts'
import type { EngineClient } from './engine-client.ts'

/** Used fields of `GET /containers/json`. A port that is not published has no PublicPort. */
const listed = z.object({
  Names: z.array(z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  NetworkSettings: z
    .object({
      Networks: z.record(
        z.string(),
        z.object({ IPAddress: z.string().nullish(), GlobalIPv6Address: z.string().nullish() }).nullable(),
      ),
    })
    .nullish(),
  Ports: z
    .array(z.object({ IP: z.string().optional(), PublicPort: z.number().optional(), Type: z.string() }))
    .nullish(),
})

/** Every container that is not of a Compose project. Throws DOCKER_FAILED. */
export async function listOthers(client: EngineClient, project: string): Promise<OtherContainer[]> {
  const request = { method: 'GET', path: '/containers/json', query: { all: true } } as const
  const containers = await client.read(request, z.array(listed))
  return containers.flatMap(({ Names: names, Labels: labels, Ports: ports, NetworkSettings: settings }) => {
    const label = (name: string): string | undefined => labels?.[`com.docker.compose.${name}`]
    if (label('project') === project) return []
    const addresses = Object.entries(settings?.Networks ?? {}).flatMap(([network, it]) =>
      [it?.IPAddress, it?.GlobalIPv6Address].flatMap((address) => (address ? [{ network, address }] : [])),
    )
    return [
      {
        ...(addresses.length > 0 && { addresses }),
        name: names?.[0]?.replace(/^\//, '') ?? '',
        project: label('project'),
        directory: label('project.working_dir'),
        ports: (ports ?? []).flatMap(({ IP: ip = '', PublicPort: port, Type: type }) =>
          port === undefined
            ? []
            : [{ port: type === 'tcp' ? String(port) : `${port}/${type}`, address: isEvery(ip) ? '' : ip }],
        ),
      },
    ]
  })
}

function isEvery(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}
