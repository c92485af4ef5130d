import type { Proxy } from '../../../deploy/model/proxies/proxy.ts'
import { findProxies } from '../../../deploy/plan/proxies/find-proxies.ts'
import { getFrom } from '../../../adapters/http/prober.ts'
import { NEWEST_TAG } from '../../../adapters/registry/newest-tag.ts'
import { endpointsOf } from '../../../adapters/registry/registry-endpoint.ts'
import type {
  DoctorObservation,
  ImageObservation,
  RegistryObservation,
} from '../../../operations/doctor/doctor-observation.ts'
import { probeTargetOf } from '../../../deploy/model/entrance.ts'
import { tryParseImageReference } from '../../../deploy/model/image-reference.ts'
import { limitDesired } from '../../../deploy/model/limit-desired.ts'
import { limitTasks } from '../../../deploy/plan/roles/refuse-nowhere.ts'
import { makePlan } from '../../../deploy/plan/make-plan.ts'
import { observeHost } from '../../../deploy/plan/observe/observe.ts'
import { readReference } from '../../../deploy/plan/observe/read-reference.ts'
import type { DirectoryObservation } from '../../../deploy/model/ports.ts'
import { findTakenPort } from '../../../deploy/plan/surroundings/taken-ports.ts'
import { examineUrl } from './examine-url.ts'
import type { ExaminedWith } from './examined-with.ts'
import { settle } from './settle.ts'
import type { ConnectedHost } from '../../command/connect-hosts.ts'

/** Maximum time for a registry to answer the server. */
const REACH_MS = 5_000

/** The proxies as far as known without asking what runs in each container. */
function proxiesOf(
  { app }: DirectoryObservation,
  {
    containers,
    images,
  }: {
    containers: NonNullable<DoctorObservation['containers']>
    images: NonNullable<DoctorObservation['images']>
  },
  { desired }: ExaminedWith,
): Proxy[] {
  return findProxies({
    app,
    desired,
    containers: 'value' in containers ? containers.value : [],
    neighbours: [],
    processes: new Map(),
    caddies: new Map(),
    haproxies: new Map(),
    nginxes: new Map(),
    traefiks: new Map(),
    shells: new Set(),
    resolved: new Map(
      images.flatMap(({ services, answer }) =>
        'value' in answer ? services.map((name) => [name, answer.value] as const) : [],
      ),
    ),
  })
}

/** Examines what depends on Compose's model of the app: images, ports, the URL and the plan. */
export async function examineApp(
  host: ConnectedHost,
  observation: DirectoryObservation,
  by: ExaminedWith,
): Promise<
  Pick<
    DoctorObservation,
    'lackingVariables' | 'containers' | 'others' | 'images' | 'registries' | 'url' | 'plan'
  >
> {
  const { signal } = by.context
  const { project } = observation.app
  const [containers, listed, images, registries] = await Promise.all([
    settle(host.engine.containers(project), signal),
    settle(host.engine.others(project), signal),
    examineImages(host, observation, by),
    examineRegistries(host, observation, by),
  ])
  const seen = { directory: observation, proxies: proxiesOf(observation, { containers, images }, by) }
  const target = probeTargetOf({ ...seen, entrances: [], silentPorts: [] }, limitDesired(seen, by.desired))
  const isRunning = 'value' in containers && containers.value.some(({ state }) => state === 'running')
  const others = 'value' in listed ? listed.value : []
  const own = 'value' in containers ? containers.value : []
  const use = { listening: observation.listeningPorts, own, others }
  const isPlannable =
    'value' in containers &&
    images.every(({ answer }) => 'value' in answer) &&
    observation.app.services.every((service) => findTakenPort(service, use) === undefined)
  const planned = async () => {
    const site = { ...by, host: host.target }
    // Of this host alone: a task whose service runs elsewhere is a matter of that host.
    const desired = limitTasks(by.desired, observation.app)
    return makePlan(
      [(await observeHost(site, { directory: observation, desired, signal })).observation],
      desired,
    )
  }
  const review = await by.source.review?.()
  const given = [...observation.envFile.variables, ...by.desired.givenVariables]
  return {
    lackingVariables: (review?.expectedVariables ?? []).filter((name) => !given.includes(name)),
    containers,
    others,
    images,
    registries,
    url: await examineUrl(host, { guess: target, observation, isRunning }, by),
    plan: isPlannable ? await settle(planned(), signal) : undefined,
  }
}

/** Asks the registry for each image of the app. */
export function examineImages(
  { engineObservation: platform }: ConnectedHost,
  { app }: DirectoryObservation,
  { registry, context: { signal } }: ExaminedWith,
): Promise<ImageObservation[]> {
  const users = new Map<string, string[]>()
  for (const { name, image = '' } of app.services) users.set(image, [...(users.get(image) ?? []), name])
  return Promise.all(
    [...users].map(async ([image, services]) => {
      const resolved = async () => {
        const reference = readReference(services[0] ?? '', image === '' ? undefined : image)
        return registry.resolve(reference, await platform, signal)
      }
      return {
        image: image === '' ? services.join(', ') : image.replace(`:${NEWEST_TAG}`, ''),
        services,
        answer: await settle(resolved(), signal),
      }
    }),
  )
}

/** Examines the registries from the server. Invalid image names are reported by the checks of images. */
export async function examineRegistries(
  { runner, engineObservation }: ConnectedHost,
  { app }: DirectoryObservation,
  { input }: ExaminedWith,
): Promise<RegistryObservation[]> {
  const { mirrors } = await engineObservation
  const { registries } = input.config
  const insecure = new Set(Object.keys(registries).filter((name) => registries[name]?.insecure === true))
  const names = new Set(
    app.services.flatMap(({ image = '' }) => tryParseImageReference(image)?.registry ?? []),
  )
  const asked = [...names].filter((name) => name !== 'docker.io' || mirrors.length === 0)
  return Promise.all(
    asked.map(async (registry) => {
      const [endpoint] = endpointsOf(registry, { insecure })
      const url = `${endpoint?.baseUrl ?? `https://${registry}`}/v2/`
      return { registry, answer: await getFrom({ runner }, url, REACH_MS) }
    }),
  )
}
