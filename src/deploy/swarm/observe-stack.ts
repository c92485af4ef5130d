import { createHash } from 'node:crypto'
import { parseComposeContent } from '../../shared/compose-file.ts'
import type { Clock } from '../../shared/clock.ts'
import { DrayError } from '../../errors/dray-error.ts'
import type { Cluster, ClusterNode, StackReview, StackService, StackTask } from '../model/cluster.ts'
import {
  parseImageReference,
  pinnedName,
  renderImageReference,
  type Digest,
  type ImageReference,
} from '../model/image-reference.ts'
import type { DesiredFile, DesiredRelease } from '../model/observation.ts'
import type {
  BundleFile,
  DirectoryObservation,
  ImageConfig,
  Registry,
  ResolvedImage,
  TargetHost,
} from '../model/ports.ts'
import type { Release } from '../model/release.ts'
import { composeNames } from '../plan/file-changes.ts'
import { readReference } from '../plan/observe/read-reference.ts'
import { isOwnJob } from './jobs.ts'
import { LOOK_EVERY_MS } from './look-every.ts'
import { refuseLargeConfigs, refuseObstacles } from './refuse-unsupported.ts'
import type { Site } from '../plan/observe/observe.ts'

/** The host of a site, which is a manager of a swarm. */
export type Manager = TargetHost & Required<Pick<TargetHost, 'swarm'>>

/** An image by digest; what a registry answered, or a record has. `config`: absent of an image that cannot be looked into. */
export type PinnedImage = {
  reference: ImageReference
  digest: Digest
  config?: Pick<ImageConfig, 'healthCheck'>
}

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
  /** Names that `directory.stack.contents` get in the swarm, in their order: they change with the content. */
  contentNames: readonly string[]
  nodes: readonly ClusterNode[]
  /** The host is in no swarm yet: a plan shows what a swarm of it alone would do. */
  isAssumed: boolean
  /** Without the jobs of dray. */
  services: readonly StackService[]
  tasks: readonly StackTask[]
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
  const [resolved, services, tasks, there, containers] = await Promise.all([
    resolveImages({ directory, desired, host, registry }, signal),
    cluster.services(app.project),
    cluster.tasks(app.project),
    readThere(cluster),
    host.engine.containers(app.project),
  ])
  const names = Object.fromEntries(
    [...resolved].map(([service, { reference, digest }]) => [service, pinnedName(reference, digest)]),
  )
  const files = await source.bundle(app, names)
  refuseLargeConfigs(stack, files, host.name)
  const contentNames = await host.swarm.stack.nameContents({
    stack: app.project,
    files: new Map(files.map(({ path, content }) => [path, content])),
    contents: stack.contents,
    signal,
  })
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
      contentNames,
      nodes,
      isAssumed,
      services: services.filter((it) => !isOwnJob(it)),
      tasks,
      there,
      composeContainers: containers.filter(({ state }) => state === 'running').length,
    },
  }
}

/** The names of what a stack can use without declaring it itself. */
export async function readThere(
  cluster: Pick<Cluster, 'networks' | 'things'>,
): Promise<StackObservation['there']> {
  const [network, configs, secrets] = await Promise.all([
    cluster.networks(),
    cluster.things('configs'),
    cluster.things('secrets'),
  ])
  return { network, config: configs.map(({ name }) => name), secret: secrets.map(({ name }) => name) }
}

type ReadCluster = Pick<Cluster, 'nodes' | 'services' | 'tasks' | 'networks' | 'things'>
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
      cluster: { nodes: async () => [node], services: none, tasks: none, networks: none, things: none },
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

type Images = { directory: DirectoryObservation; desired: DesiredRelease; host: Manager; registry: Registry }

/** Of an archived release, the digests are in its record: no registry is needed. */
async function resolveImages(
  { directory, desired, host, registry }: Images,
  signal: AbortSignal,
): Promise<Map<string, PinnedImage>> {
  const { app, releases } = directory
  const restored = releases.find(({ id }) => id === desired.restores?.id)
  if (restored !== undefined) return recordedImages(restored, host)
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

async function recordedImages({ services }: Release, { engine }: Manager): Promise<Map<string, PinnedImage>> {
  const found = Object.entries(services).map(
    async ([name, { image, digest, tag }]): Promise<[string, PinnedImage]> => {
      const { registry, repository } = parseImageReference(image)
      const reference = { registry, repository, ...(tag !== undefined && { tag }) }
      const config = await engine.imageConfig(image)
      return [name, { reference, digest, ...(config && { config }) }]
    },
  )
  return new Map(await Promise.all(found))
}

function readTemplates(composeFiles: readonly BundleFile[]): Map<string, string> {
  const services = composeFiles.flatMap(({ content }) => parseComposeContent(content).services)
  return new Map(
    services.flatMap(({ name, image }): [string, string][] => (image === undefined ? [] : [[name, image]])),
  )
}
