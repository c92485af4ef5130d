import type { AppModel } from '../../src/deploy/model/app-model.ts'
import { deploy, planDeploy, type DeployRequest } from '../../src/deploy/deploy.ts'
import type { DeployEvent, Failure, ReleaseKind } from '../../src/deploy/model/events.ts'
import { defaultPatience } from '../../src/deploy/execute/execution.ts'
import { failureFrom } from '../../src/deploy/execute/failure.ts'
import {
  familiarName,
  renderImageReference,
  type ImageReference,
} from '../../src/deploy/model/image-reference.ts'
import type { LeftOut } from '../../src/deploy/model/left-out.ts'
import type { DesiredRelease } from '../../src/deploy/model/observation.ts'
import type { Site } from '../../src/deploy/plan/observe/observe.ts'
import type { Plan } from '../../src/deploy/model/plan.ts'
import type { SourceReview } from '../../src/deploy/model/source-review.ts'
import type { AppSource, BundleFile, ImageConfig, Registry } from '../../src/deploy/model/ports.ts'
import { resolveRollback, type ArchivingHost } from '../../src/deploy/releases/rollback.ts'
import { createArchivedRegistry } from '../../src/adapters/registry/archived-registry.ts'
import { createArchivedSource } from '../../src/adapters/source/archived-source.ts'
import { DrayError } from '../../src/errors/dray-error.ts'
import { frontDirectory, type FrontSettings } from '../../src/deploy/model/front.ts'
import { designFront } from '../../src/deploy/plan/front/design-front.ts'
import { fakeDesired, fakeResolved, plainImage, withFront } from './fake-app.ts'
import { FakeClock } from './fake-clock.ts'
import { composeFileName, FakeHost, overrideFileName, renderFakeOverride } from './fake-host.ts'

/** Everything that a deploy works with, in memory: change it, then `deploy()`, as a person does release by release. */
export class FakeWorld {
  readonly hosts: readonly FakeHost[]
  readonly clock = new FakeClock()
  readonly events: DeployEvent[] = []
  app: AppModel
  desired: DesiredRelease = fakeDesired()
  /** Files beside the compose file, by path. */
  files: Record<string, string> = { 'nginx/conf.d/app.conf': 'server {}' }
  /** The image that a tag names instead of its own, as after a user pushed the tag again. */
  readonly movedTags = new Map<string, string>()
  /** The tag that the registry answers with, by image name, as for the newest of an image. */
  readonly answeredTags = new Map<string, string>()
  /** `image:` as the compose file has it, by service. */
  imageTemplates: Readonly<Record<string, string>> = {}
  readonly imageConfigs = new Map<string, ImageConfig>()
  /** `front` in dray.yml. */
  front: Partial<FrontSettings> | undefined
  request: Partial<DeployRequest> = {}
  registryDown = false
  review: SourceReview = { untracked: [], expectedVariables: [] }
  leftOut: LeftOut[] = []
  readonly #cancel = new AbortController()

  constructor(app: AppModel, hostNames: readonly string[] = ['srv']) {
    this.app = app
    this.hosts = hostNames.map((name) => new FakeHost(name))
  }

  get host(): FakeHost {
    return this.hosts[0]!
  }

  cancel(): void {
    this.#cancel.abort(new DOMException('Cancelled.', 'AbortError'))
  }

  deploy(): Promise<Plan> {
    return deploy(this.#request(), this.#cancel.signal)
  }

  plan(): Promise<Plan> {
    return planDeploy(this.#request(), this.#cancel.signal)
  }

  /** `dray rollback ENVIRONMENT [RELEASE]`. */
  rollback(release?: string): Promise<Plan> {
    return deploy(this.#rollbackRequest(release), this.#cancel.signal)
  }

  planRollback(release?: string): Promise<Plan> {
    return planDeploy(this.#rollbackRequest(release), this.#cancel.signal)
  }

  /** The failure that a deploy, or what is given, ends with; one that ends well fails the test. */
  async failure(action: () => Promise<unknown> = () => this.deploy()): Promise<Failure> {
    try {
      await action()
    } catch (error) {
      return failureFrom(error)
    }
    throw new Error('The deploy did not fail.')
  }

  /** What was done to the host since the last call. */
  takeLog(host: FakeHost = this.host): string[] {
    return host.log.splice(0).filter((line) => line !== 'settled' && !line.startsWith('check '))
  }

  /** The hosts, and where what is wanted there comes from. */
  get sites(): readonly Site[] {
    return this.hosts.map((host) => ({ host, source: this.#source, registry: this.#registry }))
  }

  /** The hosts with what they keep. */
  get archives(): readonly ArchivingHost[] {
    return this.hosts.map((host) => ({
      name: host.name,
      archive: host.archive,
      ...(host.services && { services: host.services }),
      restore: (kept, from = host.archive) => ({
        host,
        source: createArchivedSource(from, kept),
        registry: createArchivedRegistry({
          release: kept,
          host: host.name,
          engine: host.engine,
          registry: () => this.#registry,
        }),
      }),
    }))
  }

  /** What a deploy or a rollback connects to. */
  connected(kind: ReleaseKind): Pick<DeployRequest, 'hosts' | 'resolveDesired' | 'credentials'> {
    const {
      hosts,
      resolveDesired: want,
      credentials,
    } = kind === 'deploy' ? this.#request() : this.#rollbackRequest(undefined)
    return { hosts, resolveDesired: want, credentials }
  }

  #request(): DeployRequest {
    return {
      hosts: this.hosts,
      resolveDesired: async () => ({
        desired: this.desired,
        sites: this.sites,
      }),
      credentials: async () => undefined,
      deployer: { user: 'ann', machine: 'laptop' },
      patience: defaultPatience,
      servicePatience: {},
      probe: { everyMs: 100, timeoutMs: 1_000 },
      waitMs: 0,
      clock: this.clock,
      emit: (event) => this.events.push(event),
      ...this.request,
    }
  }

  #rollbackRequest(release: string | undefined): DeployRequest {
    const { desired } = this
    return {
      ...this.#request(),
      resolveDesired: (signal) =>
        resolveRollback(
          {
            hosts: this.archives,
            release,
            desired,
            now: this.clock.now(),
          },
          signal,
        ),
    }
  }

  readonly #registry: Registry = {
    resolve: async (reference: ImageReference) => {
      if (this.registryDown) throw new DrayError('REGISTRY_UNREACHABLE', 'No registry today.')
      if (reference.digest !== undefined)
        return {
          reference,
          digest: reference.digest,
          layers: [{ digest: reference.digest, sizeBytes: 1_000_000 }],
          config: plainImage,
        }
      const name = familiarName(reference)
      const moved = this.movedTags.get(name)
      const config = this.imageConfigs.get(name)
      const answered = this.answeredTags.get(name)
      const there = fakeResolved(
        moved === undefined ? renderImageReference(reference) : `${name.replace(/:[^/]*$/, '')}:${moved}`,
        config,
      )
      return { ...there, reference: { ...reference, ...(answered === undefined ? {} : { tag: answered }) } }
    },
    credentials: async () => undefined,
  }

  get #source(): AppSource {
    return {
      ...this.#files,
      ...(this.front && {
        designFront: (app) =>
          designFront(app, { ...this.desired, services: undefined, domains: [], ...this.front }),
      }),
    }
  }

  readonly #files: AppSource = {
    review: async () => this.review,
    leftOut: async () => this.leftOut,
    composeFiles: async (front) => [
      textFile(composeFileName, JSON.stringify(withFront(this.app, front))),
      textFile(
        'images.yml',
        JSON.stringify({
          services: Object.fromEntries(
            Object.entries(this.imageTemplates).map(([name, image]) => [name, { image }]),
          ),
        }),
      ),
    ],
    bundle: async ({ front }, images, checks = {}) => [
      textFile(composeFileName, JSON.stringify(withFront(this.app, front))),
      ...(front?.services.length
        ? [textFile(`${frontDirectory}/${front.configurationFile}`, front.configuration)]
        : []),
      textFile(overrideFileName, renderFakeOverride(images, checks)),
      ...Object.entries(this.files).map(([path, text]) => textFile(path, text)),
    ],
  }
}

const textFile = (path: string, text: string): BundleFile => ({
  path,
  content: Buffer.from(text),
  mode: 0o644,
})
