import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import { portTaken, findTakenPorts } from '../../deploy/plan/taken-ports.ts'
import type { Check, CheckOutcome } from './checkup.ts'
import type {
  DoctorObservation,
  ImageObservation,
  RegistryObservation,
  UrlObservation,
} from './doctor-observation.ts'
import { counted, failed, good, outcomeOf } from './outcomes.ts'

/** A check for each image; a tag that stands for the newest is shown as what was found. */
export function judgeImages(images: readonly ImageObservation[]): Check[] {
  return images.map(({ image, answer }) => {
    const outcome =
      'failure' in answer
        ? failed(answer.failure)
        : good(
            `${answer.value.reference.tag ?? ''} ${answer.value.digest.slice(0, 'sha256:'.length + 12)}`.trim(),
          )
    return { name: 'image', subject: image, ...outcome }
  })
}

/** Whether the server itself reaches each registry. Its Docker may have another way there, so it is a warning. */
export function judgeRegistries(registries: readonly RegistryObservation[], host: string): Check[] {
  return registries.map(({ registry, answer }) => ({
    name: 'registry',
    subject: registry,
    ...('status' in answer
      ? good('reached from the server')
      : {
          outcome: 'warning',
          value: 'not reached from the server',
          what: `${host} does not reach ${registry}, where its images are: ${answer.error}.`,
          hint: 'Look at DNS and the firewall of the server. If its Docker has a proxy for that, all is well.',
        }),
  }))
}

/** Every port that the app publishes is free, or held by a container of the app. */
export function judgePorts({ host, app, containers }: DoctorObservation): CheckOutcome | undefined {
  if (app === undefined || 'failure' in app || containers === undefined) return undefined
  if ('failure' in containers) return failed(containers.failure)
  const { services } = app.value.app
  const taken = findTakenPorts(app.value.listeningPorts, containers.value)
  const ports = services.flatMap((service) => service.publishedPorts.map((port) => ({ port, service })))
  const problem = ports.find(({ port }) => taken.has(Number(port)))
  if (problem !== undefined) return failed(portTaken(problem.port, problem.service.name, host))
  if (ports.length === 0) return good('none published')
  const own = new Set(containers.value.flatMap(({ publishedPorts }) => publishedPorts))
  return good(ports.map(({ port }) => `${port} ${stateOf(port, own)}`).join(', '))
}

/** Neither a deploy nor this looks at ranges and at UDP. */
function stateOf(port: string, own: ReadonlySet<number>): string {
  if (!/^\d+$/.test(port)) return 'not looked at'
  return own.has(Number(port)) ? 'held by the app' : 'free'
}

/** Where the name in the probe's URL leads; requests to `localhost` are made from the server. */
export function judgeUrl({ app, url, server, hostAddresses }: DoctorObservation): CheckOutcome | undefined {
  if (url === undefined) {
    return app !== undefined && 'value' in app ? good('nothing to ask: no `probe:` and no proxy') : undefined
  }
  if (url.lookedUp === undefined) return good(`${url.url} needs no look-up`)
  const { name, addresses } = url.lookedUp
  if (addresses.length === 0) return failed(nameUnknown(url, name))
  const value = `${name} is ${addresses.join(', ')}`
  if (!addresses.some((address) => hostAddresses.includes(address)) && hostAddresses.length > 0) {
    return {
      outcome: 'warning',
      value,
      what: `${name} leads to ${addresses.join(', ')}, which is none of the hosts (${hostAddresses.join(', ')}).`,
      hint: 'That is right with a load balancer or a CDN between, or behind NAT; else correct the DNS record.',
    }
  }
  const there = server !== undefined && 'value' in server ? server.value.urlAddresses : undefined
  if (there !== undefined && there.length === 0) {
    return {
      outcome: 'warning',
      value,
      what: `${name} is known here, but not on the server.`,
      hint: 'Look at /etc/resolv.conf on the server: Docker there looks registries up in the same way.',
    }
  }
  return good(value)
}

/** What the plan says in the end: everything that a deploy would refuse before it touches anything. */
export function judgePlan({ plan }: DoctorObservation): CheckOutcome | undefined {
  return outcomeOf(plan, ({ unchanged, steps }) =>
    unchanged ? 'nothing differs' : counted(steps.length, 'step'),
  )
}

function nameUnknown({ url }: UrlObservation, name: string): DrayError {
  return new DrayError('URL_CHECK_FAILED', `${name}, of the URL ${url}, has no address.`, {
    exitCode: EXIT.precondition,
    hint: 'Add its DNS record, or correct `probe:` in dray.yml: a deploy asks that URL from here before it lets the old containers go.',
  })
}
