import { assertOpenFileLimit } from '../../../adapters/host/open-file-limit.ts'
import { prefetchManifests } from '../../../adapters/registry/prefetch-manifests.ts'
import { createAppSource } from '../../../adapters/source/app-source.ts'
import type { AppModel } from '../../../deploy/model/app-model.ts'
import { tryParseImageReference, type ImageReference } from '../../../deploy/model/image-reference.ts'
import type { AppSource, Platform } from '../../../deploy/model/ports.ts'
import { designFront } from '../../../deploy/plan/front/design-front.ts'
import { findComposeImages } from '../../../shared/compose-file.ts'
import type { NonEmpty } from '../../../shared/non-empty.ts'
import { connectHosts, type ConnectedHost } from '../../command/connect-hosts.ts'
import { connectRegistry } from '../../command/connect-registry.ts'
import type { CliContext } from '../../command/context.ts'
import type { EnvironmentInput } from '../../command/load-environment.ts'
import { desiredRelease, ownRepositories } from './desired-release.ts'
import type { DeployInput } from './load-deploy.ts'
import type { ReleaseTargets } from './run-release.ts'

/**
 * The composition root of a deploy: connects to every host of the environment and to the registry in parallel. Throws the
 * errors of connecting, after closing every open connection, and OPEN_FILE_LIMIT.
 */
export async function connectTargets(input: DeployInput, context: CliContext): Promise<ReleaseTargets> {
  await assertOpenFileLimit(input.config.environment.hosts.length)
  const connecting = connectHosts(input, context)
  const hosts = connecting.then((connected) => connected.hosts)
  const source = appSource(input)
  const registry = connectRegistry(input, context, hosts)
  const over = new AbortController()
  const likely = {
    registry: input.config.registry?.host,
    references: () => {
      // git lists the files while ssh connects, too. A failure comes again where the review is used.
      source.review?.().catch(() => undefined)
      return likelyImages(source, input)
    },
    platform: platformOf(hosts),
  }
  const signal = AbortSignal.any([context.signal, over.signal])
  const askedAhead = prefetchManifests(registry.client, likely, { clock: context.clock, signal })
  try {
    const connected = await connecting
    const targets = connected.hosts.map(({ target }) => target)
    const sites = targets.map((host) => ({ host, source, registry: askedAhead }))
    return {
      hosts: targets,
      credentials: askedAhead.credentials,
      pullToken: registry.client.pullToken,
      resolveDesired: () => Promise.resolve({ desired: desiredRelease(input), sites }),
      [Symbol.asyncDispose]: async () => {
        over.abort()
        await Promise.all([registry, connected].map((it) => it[Symbol.asyncDispose]()))
      },
    }
  } catch (error) {
    over.abort()
    await registry[Symbol.asyncDispose]()
    throw error
  }
}

async function platformOf(hosts: Promise<NonEmpty<ConnectedHost>>): Promise<Platform> {
  const [host] = await hosts
  return host.engineObservation
}

/** The images in the compose files, as far as they are known here: the server's `.env` may change them. */
async function likelyImages(source: AppSource, { values }: EnvironmentInput): Promise<ImageReference[]> {
  const files = (await source.composeFiles()).filter(({ path }) => /\.ya?ml$/.test(path))
  const texts = files.map(({ content }) => new TextDecoder().decode(content))
  return findComposeImages(texts, values.composeVariables).flatMap((it) => tryParseImageReference(it) ?? [])
}

/** The app's files on this machine. */
export function appSource({ config, values }: EnvironmentInput): AppSource {
  const { front, proxyService } = config
  const wanted = { ownRepositories: ownRepositories({ config, values }), tag: values.tag, proxyService }
  return createAppSource({
    directory: config.projectDirectory,
    composeFiles: config.environment.composeFiles,
    include: config.bundle.include,
    exclude: config.bundle.exclude,
    ...(front && { designFront: (app: AppModel) => designFront(app, { ...wanted, ...front }) }),
  })
}
