import * as z from 'zod'
import type { Capacity, HostNetwork } from '../../deploy/model/host-needs.ts'
import type { EngineClient } from './engine-client.ts'

const networkAnswer = z.object({
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string().optional() })).nullish() }).nullish(),
})

/** Every network of the Engine. Throws DOCKER_FAILED. */
export async function listNetworks(client: EngineClient): Promise<HostNetwork[]> {
  const networks = await client.read({ method: 'GET', path: '/networks' }, z.array(networkAnswer))
  return networks.map(({ Name: name, Labels: labels, IPAM: ipam }) => ({
    name,
    project: labels?.['com.docker.compose.project'],
    key: labels?.['com.docker.compose.network'],
    subnets: (ipam?.Config ?? []).flatMap(({ Subnet: subnet }) => subnet ?? []),
  }))
}

const capacityAnswer = z.object({
  NCPU: z.number(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
})

/** CPUs and runtimes of the Engine. Throws DOCKER_FAILED. */
export async function readCapacity(client: EngineClient): Promise<Capacity> {
  const { NCPU: cpus, Runtimes: runtimes } = await client.read(
    { method: 'GET', path: '/info' },
    capacityAnswer,
  )
  return { cpus, runtimes: Object.keys(runtimes ?? {}) }
}
