import { createHash } from 'node:crypto'
import { parseComposeFile } from '../../shared/compose-file.ts'
import type { Clock } from '../../shared/clock.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Cluster, ClusterNode, StackReview, StackService } from '../model/cluster.ts'
import {
  parseImageReference,
  pinnedName,
  renderImageReference,
  type Digest,
  type ImageReference,
} from '../model/image-reference.ts'
import type { DesiredFile, DesiredRelease } from '../model/observation.ts'
import type { BundleFile, DirectoryObservation, Registry, ResolvedImage, TargetHost } from '../model/ports.ts'
import type { Release } from '../model/release.ts'
import { composeNames } from '../plan/file-changes.ts'
import { readReference } from '../plan/observe/read-reference.ts'
import { LOOK_EVERY_MS } from './look-every.ts'
import type { Site } from '../plan/observe/observe.ts'

/** The host of a site, which is a manager of a swarm. */
export type Manager = TargetHost & Required<Pick<TargetHost, 'swarm'>>

/** An image by digest; what a registry answered, or a record has. */
export type PinnedImage = { reference: ImageReference; digest: Digest }

/** Everything known about a stack when its plan is made. */
export type StackObservation = {
  host: string
  directory: DirectoryObservation & { stack: StackReview }
  /** By service. */
  resolved: ReadonlyMap<string, PinnedImage>
  /** `image:` of each service as the compose files have it. */
  imageTemplates: ReadonlyMap<string, string>
  inactive: readonly []
  fileHashes: ReadonlyMap<string, string>
  files: readonly DesiredFile[]
  nodes: readonly ClusterNode[]
  /** The host is in no swarm yet: a plan shows what a swarm of it alone would do. */
  isAssumed: boolean
  services: readonly StackService[]
  /** Names of what the stack can use. */
  there: Readonly<Record<'network' | 'config' | 'secret', readonly string[]>>
  /** Running containers of a Compose project of the same name on the manager. */
  composeContainers: number
}

export type ObservedStack = { observation: StackObservation; files: readonly BundleFile[] }

/**
 * Reads what a plan needs from the app's directory, the swarm and, unless an archived release is put back, the registry. Changes
 * nothing. Throws the SWARM_… codes, and what the directory and the registry throw.
 */
export async function observeStack(
  { host, source, registry }: Site & { host: Manager },
  desired: DesiredRelease,
  how: Reading,
): Promise<ObservedStack> {
  const { signal } = how
  const { cluster, isAssumed } = await openCluster(host, how)
  const nodes = await cluster.nodes()
  const composeFiles = await source.composeFiles()
  const directory = await host.directory.inspect(composeFiles, signal)
  const { app, stack } = directory
  if (stack === undefined)
    throw new DrayError('INTERNAL', `The compose file on ${host.name} was not reviewed for a stack.`)
  refuseObstacles(stack, host.name)
  const [resolved, services, networks, configs, secrets, containers] = await Promise.all([
    resolveImages({ directory, desired, host, registry }, signal),
    cluster.services(app.project),
    cluster.networks(),
    cluster.things('configs'),
    cluster.things('secrets'),
    host.engine.containers(app.project),
  ])
  const names = Object.fromEntries(
    [...resolved].map(([service, { reference, digest }]) => [service, pinnedName(reference, digest)]),
  )
  const files = await source.bundle(app, names)
  const last = Object.keys(directory.releases.at(-1)?.files ?? {})
  const { hashes } = await host.directory.survey({
    files: [...new Set([...files.map(({ path }) => path), ...last, ...composeNames])],
    imageRoots: [],
  })
  return {
    files,
    observation: {
      host: host.name,
      directory: { ...directory, stack },
      resolved,
      imageTemplates: readTemplates(composeFiles),
      inactive: [],
      fileHashes: hashes,
      files: files.map(({ path, content }) => ({
        path,
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
      nodes,
      isAssumed,
      services,
      there: {
        network: networks,
        config: configs.map(({ name }) => name),
        secret: secrets.map(({ name }) => name),
      },
      composeContainers: containers.filter(({ state }) => state === 'running').length,
    },
  }
}

type ReadCluster = Pick<Cluster, 'nodes' | 'services' | 'networks' | 'things'>
type Reading = { signal: AbortSignal; isDryRun: boolean; clock: Clock }

/** A host that is no manager is found first: the app's directory may be on another one. */
async function openCluster(
  { name, swarm }: Manager,
  how: Reading,
): Promise<{ cluster: ReadCluster; isAssumed: boolean }> {
  try {
    const nodes = await awaitKnown(swarm.cluster, how)
    return { cluster: { ...swarm.cluster, nodes: async () => nodes }, isAssumed: false }
  } catch (error) {
    if (!how.isDryRun || !(error instanceof DrayError) || error.code !== 'SWARM_INACTIVE') throw error
    const node: ClusterNode = { id: name, name, role: 'manager', state: 'ready', availability: 'active' }
    const none = async () => []
    return {
      cluster: { nodes: async () => [node], services: none, networks: none, things: none },
      isAssumed: true,
    }
  }
}

/** Longer than the nodes of a swarm take to report to a new leader. */
const REPORT_MS = 30_000

/** The nodes, when all have reported to the leader or are down: until then, one that is there is `unknown`. */
async function awaitKnown(
  { nodes: read }: Cluster,
  { clock, signal }: Reading,
): Promise<readonly ClusterNode[]> {
  const untilMs = clock.now() + REPORT_MS
  for (;;) {
    const nodes = await read()
    if (nodes.every(({ state }) => state !== 'unknown') || clock.now() >= untilMs) return nodes
    await clock.sleep(LOOK_EVERY_MS, signal)
  }
}

/** Before the registry is asked: an image that is only built has no name there. */
function refuseObstacles({ obstacles }: StackReview, host: string): void {
  if (obstacles.length === 0) return
  const [first] = obstacles
  const rest = obstacles.length > 1 ? `, and ${obstacles.length - 1} more` : ''
  const subject = first?.service === undefined ? 'The compose file' : `Service ${first.service}`
  throw new DrayError(
    'STACK_UNSUPPORTED',
    `${subject} has \`${first?.key ?? ''}\`, which a stack on ${host} cannot have${rest}.`,
    {
      details: {
        problems: obstacles.map(({ service, key, text }) =>
          service === undefined ? `${key}: ${text}.` : `${service}, ${key}: ${text}.`,
        ),
      },
    },
  )
}

type Images = { directory: DirectoryObservation; desired: DesiredRelease; host: Manager; registry: Registry }

/** Of an archived release, the digests are in its record: no registry is needed. */
async function resolveImages(
  { directory, desired, host, registry }: Images,
  signal: AbortSignal,
): Promise<Map<string, PinnedImage>> {
  const { app, releases } = directory
  const restored = releases.find(({ id }) => id === desired.restores?.id)
  if (restored !== undefined) return recordedImages(restored)
  const asked = new Map<string, Promise<ResolvedImage>>()
  const platform = await host.platform
  const resolve = (service: string, image: string | undefined): Promise<ResolvedImage> => {
    const reference = readReference(service, image)
    const name = renderImageReference(reference)
    const answer = asked.get(name) ?? registry.resolve(reference, platform, signal)
    asked.set(name, answer)
    return answer
  }
  return new Map(
    await Promise.all(
      app.services.map(async ({ name, image }) => [name, await resolve(name, image)] as const),
    ),
  )
}

function recordedImages({ services }: Release): Map<string, PinnedImage> {
  return new Map(
    Object.entries(services).map(([name, { image, digest, tag }]) => {
      const { registry, repository } = parseImageReference(image)
      return [name, { reference: { registry, repository, ...(tag !== undefined && { tag }) }, digest }]
    }),
  )
}

function readTemplates(composeFiles: readonly BundleFile[]): Map<string, string> {
  const services = composeFiles.flatMap(
    ({ content }) => parseComposeFile(new TextDecoder().decode(content)).services,
  )
  return new Map(
    services.flatMap(({ name, image }): [string, string][] => (image === undefined ? [] : [[name, image]])),
  )
}
