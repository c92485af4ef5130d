import { createHash } from 'node:crypto'
import { parseComposeContent } from '../../../shared/compose-file.ts'
import { onceFor } from '../../../shared/once-for.ts'
import { pinnedName, type ImageReference } from '../../model/image-reference.ts'
import { explainShortage } from '../disk/plan-disk-space.ts'
import { computePullBytes } from '../disk/pull-bytes.ts'
import { observeLayers } from '../disk/shared-layers.ts'
import { listDomains } from '../../model/entrance.ts'
import { findEntrances, findUnknownDomains } from './find-entrances.ts'
import { findProxies } from '../proxies/find-proxies.ts'
import { findCallers } from '../callers/find-callers.ts'
import { keepaliveFiles, keepalivePath } from '../proxies/proxy-keepalive.ts'
import { limitToRole } from '../roles/limit-to-role.ts'
import { observeInactive, resolvedInactive } from './observe-inactive.ts'
import { isOwn } from '../why-not-rolled.ts'
import type { AppModel } from '../../model/app-model.ts'
import type { LeftOut } from '../../model/left-out.ts'
import { chooseDrainChecks } from '../choose-drain-checks.ts'
import type { Container } from '../../model/container.ts'
import { findSockets } from './find-sockets.ts'
import { guessProject, observeRunning, type Running } from './observe-running.ts'
import { resolveImages } from './resolve-images.ts'
import { observeSurroundings } from '../surroundings/observe-surroundings.ts'
import type { OtherDirectory } from '../../model/surroundings.ts'
import { composeNames } from '../file-changes.ts'
import { findAdopted } from './find-adopted.ts'
import type { DesiredFile, DesiredRelease, HostObservation } from '../../model/observation.ts'
import type { SourceReview } from '../../model/source-review.ts'
import type {
  AppSource,
  BundleFile,
  DirectoryObservation,
  Registry,
  ResolvedImage,
  TargetHost,
} from '../../model/ports.ts'

/** A host, with the sources of its files and images. */
export type Site = { host: TargetHost; source: AppSource; registry: Registry }

/** What was known before. `ahead` is what runs, if it was read while the directory was: `observeAhead`; likewise the review. */
type Known = {
  directory: DirectoryObservation
  desired: DesiredRelease
  ahead?: Promise<Running> | undefined
  reviewed?: Promise<SourceReview> | undefined
}

export type Observed = { observation: HostObservation; files: readonly BundleFile[] }

/**
 * Reads the app's directory on a host. With a front, Compose is asked once more, for the model that includes it. Throws what
 * `AppDirectory.inspect`, `limitToRole` and `AppSource.designFront` throw.
 */
export async function inspectHost(
  { host, source }: Site,
  signal: AbortSignal,
): Promise<DirectoryObservation> {
  const role = { host: host.name, services: host.services }
  const directory = await host.directory.inspect(await source.composeFiles(), signal)
  const limited = limitToRole(directory.app, role)
  const front = source.designFront?.(limited)
  if (front === undefined) return { ...directory, app: limited }
  if (front.services.length === 0) return { ...directory, app: { ...limited, front } }
  const { journalBytes } = directory
  const { app, ...rest } = await host.directory.inspect(await source.composeFiles(front), signal)
  return { ...rest, journalBytes, app: { ...limitToRole(app, role), front } }
}

/** Begins to read what runs, before the app's directory has told the name of its project. */
export async function observeAhead({ host, source }: Site, desired: DesiredRelease): Promise<Running> {
  const project = guessProject(await source.composeFiles(), host.directory.path)
  return observeRunning(project, { host, desired })
}

/**
 * Reads everything else that a plan needs from a host and the registry. Decides and changes nothing. Throws IMAGE_INVALID,
 * and what the host and the registry throw.
 */
export async function observeHost(
  { host, source, registry }: Site,
  { directory, desired, ahead, reviewed = source.review?.(), signal }: Known & { signal: AbortSignal },
): Promise<Observed> {
  const { app } = directory
  const lastFiles = Object.keys(directory.releases.at(-1)?.files ?? {})
  const sources = [
    ...new Set(app.services.flatMap(({ needs }) => (needs?.sources ?? []).map(({ path }) => path))),
  ]
  const shipped = source.bundle(app, {})
  const leftOutAsked = source.leftOut?.(app.services.flatMap(({ mounts }) => mounts.map(({ path }) => path)))
  const early = await ahead
  const seen = early?.project === app.project ? early : observeRunning(app.project, { host, desired })
  const composeFiles = await source.composeFiles()
  const imageTemplates = readImageTemplates(composeFiles)
  const ask = async (reference: ImageReference): Promise<ResolvedImage> =>
    registry.resolve(reference, await host.platform, signal)
  const resolving = Promise.all([
    resolveImages(app, ask),
    observeInactive(app, { desired, templates: imageTemplates, ask }),
    host.engine.images(),
  ])
  const [
    [resolved, inactive, images],
    layersThere,
    containers,
    { hashes, fileSystems, missing: missingPaths, directories },
    answers,
    running,
    neighbours,
    forwarding,
    surroundings,
    unknownDomains,
    tables,
  ] = await Promise.all([
    resolving,
    resolving.then(([wanted, others, there]) => {
      const all = [...wanted.values(), ...resolvedInactive(others).map(([, image]) => image)]
      return observeLayers({ resolved: all, images: there }, host.engine)
    }),
    seen.containers,
    Promise.all([seen.containers, shipped, leftOutAsked]).then(async ([running, files, leftOut = []]) =>
      host.directory.survey({
        files: [
          ...new Set([
            ...files.map((file) => file.path),
            ...lastFiles,
            ...leftOut.flatMap(({ entry, isMounted }) => (isMounted ? [entry] : [])),
            ...composeNames,
            ...app.services.flatMap((service) => keepalivePath(service) ?? []),
          ]),
        ],
        imageRoots: (await host.imageStore).roots,
        sources,
        directories: [...new Set(running.flatMap(({ directory }) => directory ?? []))].filter(
          (it) => it !== host.directory.path,
        ),
      }),
    ),
    seen.containers.then((running) =>
      findEntrances(desired.probeUrl === false ? [] : running, app, {
        prober: host.prober,
        domains: listDomains(app, desired.restores),
      }),
    ),
    seen.proxies,
    seen.neighbours,
    seen.containers.then((running) => observeForwarding(running, { app, desired, host })),
    observeSurroundings(app, host.engine),
    findUnknownDomains(app, host.prober),
    seen.tables,
  ])
  const { keepsPacked } = await host.imageStore
  const space = { fileSystems, keepsPacked, inventory: undefined }
  const needBytes = computePullBytes({ ...space, resolved: resolved.values(), images })
  const isShort = explainShortage({ fileSystems, needBytes }, desired.disk) !== undefined
  const disk = isShort ? { ...space, inventory: await host.engine.disk.inventory(signal) } : space
  const proxies = findProxies({
    app,
    desired,
    containers,
    neighbours,
    resolved,
    ...running,
  })
  const adopted = findAdopted(
    { directory, containers, images, resolved, fileHashes: hashes, shipped: (await shipped).map(hashFile) },
    proxies,
  )
  const names = Object.fromEntries(
    [...resolved, ...resolvedInactive(inactive)].map(([service, image]) => [
      service,
      adopted.get(service) ?? pinnedName(image.reference, image.digest),
    ]),
  )
  const filesWith = async (checks: ReturnType<typeof chooseDrainChecks>): Promise<BundleFile[]> => {
    const bundle = await source.bundle(app, names, checks)
    return [...bundle, ...keepaliveFiles({ app, desired, proxies, resolved, files: bundle })]
  }
  const plain = {
    host: host.name,
    cpus: await host.cpus,
    ...judgeReview(await reviewed, {
      leftOut: (await leftOutAsked) ?? [],
      shipped: (await shipped).map(({ path }) => path),
      composePaths: composeFiles.map(({ path }) => path),
      given: [...directory.envFile.variables, ...desired.givenVariables],
      there: [...hashes.keys(), ...sources.filter((path) => !missingPaths.includes(path))],
    }),
    directory,
    containers,
    otherDirectories: findOtherDirectories(containers, directories),
    neighbours,
    callers: findCallers(containers, { neighbours, tables }),
    ...forwarding,
    surroundings,
    missingPaths,
    unknownDomains,
    sockets: findSockets(app, containers, tables),
    adopted,
    proxies,
    ...answers,
    images,
    layersThere,
    resolved,
    inactive,
    imageTemplates,
    fileHashes: hashes,
    disk,
    files: (await filesWith({})).map(hashFile),
  }
  // Which containers stay does not depend on the override file, but what it says depends on that.
  const files = await filesWith(chooseDrainChecks(plain, desired))
  return { files, observation: { ...plain, files: files.map(hashFile) } }
}

/** Only the ports of the user's own services are forwarded: those that they publish now, or will. */
async function observeForwarding(
  running: readonly Container[],
  { app, desired, host }: { app: AppModel; desired: DesiredRelease; host: TargetHost },
): Promise<Pick<HostObservation, 'forwarding'>> {
  const publishes = app.services.some(
    (service) =>
      isOwn(service, desired) &&
      (service.publishedPorts.length > 0 ||
        running.some((it) => it.service === service.name && it.publishedPorts.length > 0)),
  )
  if (!publishes) return {}
  const obstacle = await host.forwarder.findObstacle()
  const isAsked = obstacle === undefined && running.some(({ publishesIpv6 }) => publishesIpv6)
  const ipv6Obstacle = isAsked ? await host.forwarder.findObstacle('ip6tables') : undefined
  return { forwarding: { obstacle, ...(ipv6Obstacle !== undefined && { ipv6Obstacle }) } }
}

function findOtherDirectories(
  containers: readonly Container[],
  directories: ReadonlyMap<string, 'there' | 'gone'>,
): OtherDirectory[] {
  return containers.flatMap(({ service, oneOff, directory: path }) => {
    const state = directories.get(path ?? '')
    return oneOff || path === undefined || state === undefined
      ? []
      : [{ service, path, isGone: state === 'gone' }]
  })
}

/** What of a review concerns this deploy. */
function judgeReview(
  { untracked, expectedVariables }: SourceReview = { untracked: [], expectedVariables: [] },
  {
    leftOut,
    shipped,
    composePaths,
    given,
    there,
  }: Readonly<Record<'shipped' | 'composePaths' | 'given' | 'there', readonly string[]>> & {
    leftOut: readonly LeftOut[]
  },
): Pick<HostObservation, 'untracked' | 'leftOut' | 'lackingVariables'> {
  return {
    untracked: untracked.filter((path) => shipped.includes(path) && !composePaths.includes(path)),
    // A mounted file that the server has is its own.
    leftOut: leftOut.filter(({ entry, isMounted }) => isMounted !== true || !there.includes(entry)),
    lackingVariables: expectedVariables.filter((name) => !given.includes(name)),
  }
}

/** A later compose file overrides an earlier one. */
function readImageTemplates(composeFiles: readonly BundleFile[]): Map<string, string> {
  const services = composeFiles.flatMap(({ content }) => parseComposeContent(content).services)
  return new Map(
    services.flatMap(({ name, image }): [string, string][] => (image === undefined ? [] : [[name, image]])),
  )
}

function hashFile({ path, content }: BundleFile): DesiredFile {
  return { path, sha256: hashContent(content) }
}

const hashContent = onceFor((content: Uint8Array) => createHash('sha256').update(content).digest('hex'))
