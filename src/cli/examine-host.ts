import { examineServer } from '../adapters/directory/examine-server.ts'
import type { Shell } from '../adapters/host/shell.ts'
import { NEWEST_TAG } from '../adapters/registry/newest-tag.ts'
import type { UrlScene, Answer, HostScene, ImageScene } from '../deploy/doctor/host-scene.ts'
import { probeTargetOf } from '../deploy/entrance.ts'
import { failureFrom } from '../deploy/failure.ts'
import { makePlan } from '../deploy/make-plan.ts'
import type { DesiredRelease } from '../deploy/observation.ts'
import { inspectHost, observeHost, readReference } from '../deploy/observe.ts'
import type { AppSource, DirectoryFacts, Registry } from '../deploy/ports.ts'
import { takenPorts } from '../deploy/taken-ports.ts'
import { DrayError } from '../errors/dray-error.ts'
import { describeHost, type ConnectedHost } from './connect-hosts.ts'
import type { CliContext } from './context.ts'
import type { EnvironmentInput } from './load-environment.ts'

export type ExaminedWith = {
  input: EnvironmentInput
  context: CliContext
  desired: DesiredRelease
  source: AppSource
  registry: Registry
  /** Looks a URL's name up on this machine. */
  lookUp: (url: string) => Promise<UrlScene>
  /** Called with the host once its Engine answers. */
  onUsable: (host: ConnectedHost) => void
}

/**
 * Asks one host and the registry for everything that a deploy would, each thing by itself, so that what fails hides nothing
 * that can be known without it. Changes nothing, and takes no lock. Throws the signal's reason.
 */
export async function examineHost(shell: Shell, by: ExaminedWith): Promise<Omit<HostScene, 'hostAddresses'>> {
  const { input, context } = by
  const { signal, clock } = context
  const { path } = input.config.environment
  const startedAtMs = clock.now()
  const connection = await answerOf(shell.connect(signal), signal)
  const configured = by.desired.probeUrl
  const unasked = { server: undefined, engine: undefined, app: undefined, containers: undefined }
  const { limitPercent: diskLimitPercent } = by.desired.disk
  const scene = { host: shell.name, path, diskLimitPercent, images: undefined, plan: undefined }
  if ('failure' in connection) {
    const url = configured === undefined ? undefined : await by.lookUp(configured)
    return { ...scene, ...unasked, connection, url }
  }

  const durationMs = clock.now() - startedAtMs
  const host = describeHost(shell, input, context)
  const early = configured === undefined ? undefined : await by.lookUp(configured)
  const [server, engine] = await Promise.all([
    answerOf(examineServer({ shell, path, name: early?.lookedUp?.name, clock }, signal), signal),
    answerOf(host.facts, signal),
  ])
  if ('value' in engine) by.onUsable(host)
  const seen = {
    ...scene,
    connection: { value: { durationMs } },
    server,
    engine: withVersion(engine),
    url: early,
  }
  if ('failure' in engine || 'failure' in server || !canInspect(server.value)) return { ...unasked, ...seen }

  const app = await answerOf(inspectHost({ ...by, host: host.target }, signal), signal)
  if ('failure' in app) return { ...seen, app, containers: undefined }
  return { ...seen, app, ...(await examineApp(host, app.value, by)) }
}

/** What a deploy reads first of all, and where it would stop. */
function canInspect({ compose, directory, envFile }: NonNullable<ServerValue>): boolean {
  return [compose, directory, envFile].every((answer) => answer !== undefined && 'value' in answer)
}

type ServerValue = Extract<NonNullable<HostScene['server']>, { value: unknown }>['value']

/** With Compose's model of the app: images, ports, the URL and the plan. */
async function examineApp(
  host: ConnectedHost,
  facts: DirectoryFacts,
  by: ExaminedWith,
): Promise<Pick<HostScene, 'containers' | 'images' | 'url' | 'plan'>> {
  const { signal } = by.context
  const [containers, images] = await Promise.all([
    answerOf(host.engine.containers(facts.app.project), signal),
    examineImages(host, facts, by),
  ])
  const target = probeTargetOf(facts.app, by.desired)
  const taken = takenPorts(facts.listeningPorts, 'value' in containers ? containers.value : [])
  const isPlannable =
    'value' in containers &&
    images.every(({ answer }) => 'value' in answer) &&
    facts.app.services.every(({ publishedPorts }) => publishedPorts.every((port) => !taken.has(Number(port))))
  const planned = async () => {
    const site = { ...by, host: host.target }
    return makePlan(
      [(await observeHost(site, { facts, desired: by.desired, signal })).observation],
      by.desired,
    )
  }
  return {
    containers,
    images,
    url: target === undefined ? undefined : await by.lookUp(target.url),
    plan: isPlannable ? await answerOf(planned(), signal) : undefined,
  }
}

function examineImages(
  { facts: platform }: ConnectedHost,
  { app }: DirectoryFacts,
  { registry, context: { signal } }: ExaminedWith,
): Promise<ImageScene[]> {
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
        answer: await answerOf(resolved(), signal),
      }
    }),
  )
}

function withVersion(
  engine: Answer<{ version: string; os: string; architecture: string }>,
): HostScene['engine'] {
  if ('failure' in engine) return engine
  const { version, ...platform } = engine.value
  return { value: { version, platform } }
}

/** What was said, or the failure. A defect and the user's own signal are thrown. */
async function answerOf<T>(asked: Promise<T>, signal: AbortSignal): Promise<Answer<T>> {
  try {
    return { value: await asked }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (!(error instanceof DrayError)) throw error
    return { failure: failureFrom(error) }
  }
}
