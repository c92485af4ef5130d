import { DrayError } from '../../errors/dray-error.ts'
import { EXIT } from '../../errors/exit-code.ts'
import { describeAnswer, SET_PROBE } from '../../deploy/model/entrance.ts'
import { portTaken, findTakenPort } from '../../deploy/plan/surroundings/taken-ports.ts'
import type { Check, CheckOutcome } from './checkup.ts'
import type {
  DoctorObservation,
  ImageObservation,
  RegistryObservation,
  UrlObservation,
} from './doctor-observation.ts'
import { counted, failed, good, outcomeOf } from './outcomes.ts'

/** One check for each image; a placeholder for the newest tag is shown as the tag that was found. */
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

/** Whether the server reaches each registry. Only a warning, since its Docker may use another route. */
export function judgeRegistries(registries: readonly RegistryObservation[], host: string): Check[] {
  return registries.map(({ registry, answer }) => ({
    name: 'registry',
    subject: registry,
    ...('status' in answer
      ? good('reached from the server')
      : {
          outcome: 'warning',
          value: 'not reached from the server',
          message: `${host} does not reach ${registry}, which has its images: ${answer.error}.`,
          hint: answer.error.includes('TLS')
            ? `If it uses plain HTTP, set \`registries: { "${registry}": { insecure: true } }\` in dray.yml.`
            : 'Check DNS and the firewall of the server. If its Docker uses a proxy, ignore this warning.',
        }),
  }))
}

/** Checks that every published port is free or used by a container of the app. */
export function judgePorts({ host, app, containers, others }: DoctorObservation): CheckOutcome | undefined {
  if (app === undefined || 'failure' in app || containers === undefined) return undefined
  if ('failure' in containers) return failed(containers.failure)
  const { services } = app.value.app
  const use = { listening: app.value.listeningPorts, own: containers.value, others }
  const ports = services.flatMap((service) => service.publishedPorts.map((port) => ({ port, service })))
  const [taken] = services.flatMap((service) => findTakenPort(service, use) ?? [])
  if (taken !== undefined) return failed(portTaken(taken, host))
  if (ports.length === 0) return good('none published')
  const own = new Set(containers.value.flatMap(({ publishedPorts }) => publishedPorts))
  return good(ports.map(({ port }) => `${port} ${stateOf(port, own)}`).join(', '))
}

/** Port ranges and UDP ports are not checked, here or by a deploy. */
function stateOf(port: string, own: ReadonlySet<number>): string {
  if (!/^\d+$/.test(port)) return 'not checked'
  return own.has(Number(port)) ? 'used by the app' : 'free'
}

/**
 * Checks the addresses of the name in the probe's URL, and whether the app answers there. Requests to `localhost` are made
 * from the server. An app that is down is a warning, because a deploy may be what brings it back. If a deploy would change
 * nothing, it would fail for that reason.
 */
export function judgeUrl({
  app,
  url,
  server,
  plan,
  hostAddresses,
}: DoctorObservation): CheckOutcome | undefined {
  if (url === undefined) {
    return app !== undefined && 'value' in app
      ? good(
          app.value.stack === undefined
            ? 'no URL to check: no `probe:` and no proxy, or `probe: false`'
            : 'no URL to check: no `probe:`',
        )
      : undefined
  }
  const silent = judgeAnswer(url, plan !== undefined && 'value' in plan && plan.value.unchanged)
  if (url.lookedUp === undefined)
    return silent ?? good(`${url.url} ${describeGood(url) ?? 'needs no DNS lookup'}`)
  const { name, addresses } = url.lookedUp
  if (addresses.length === 0) return failed(nameUnknown(url, name))
  const value = `${name} is ${addresses.join(', ')}`
  if (!addresses.some((address) => hostAddresses.includes(address)) && hostAddresses.length > 0) {
    return {
      outcome: 'warning',
      value,
      message: `${name} resolves to ${addresses.join(', ')}, not to one of the hosts (${hostAddresses.join(', ')}).`,
      hint: 'This is correct behind a load balancer, a CDN or NAT. Otherwise correct the DNS record.',
    }
  }
  const there = server !== undefined && 'value' in server ? server.value.urlAddresses : undefined
  if (there !== undefined && there.length === 0) {
    return {
      outcome: 'warning',
      value,
      message: `${name} resolves here, but not on the server.`,
      hint: 'Check /etc/resolv.conf on the server: Docker there resolves registries in the same way.',
    }
  }
  return silent ?? good([value, describeGood(url) ?? []].flat().join(', '))
}

function describeGood({ answered }: UrlObservation): string | undefined {
  return answered && describeAnswer(answered.answer)
}

function judgeAnswer({ url, answered }: UrlObservation, unchanged: boolean): CheckOutcome | undefined {
  if (answered === undefined || answered.isGood) return undefined
  const said = describeAnswer(answered.answer)
  const hint = answered.guess ? SET_PROBE : '`dray status` and `dray logs` show the state of the app.'
  if (!unchanged || answered.guess)
    return { outcome: 'warning', value: said, message: `${url} ${said} now.`, hint }
  const message = `${url} ${said}, and a deploy would change nothing.`
  return failed(new DrayError('URL_CHECK_FAILED', message, { exitCode: EXIT.precondition, hint }))
}

/** The result of planning: everything that a deploy would refuse before it changes anything. */
export function judgePlan({ plan }: DoctorObservation): CheckOutcome | undefined {
  return outcomeOf(plan, ({ unchanged, steps }) => (unchanged ? 'no changes' : counted(steps.length, 'step')))
}

function nameUnknown({ url }: UrlObservation, name: string): DrayError {
  return new DrayError('URL_CHECK_FAILED', `${name} in the URL ${url} has no address.`, {
    exitCode: EXIT.precondition,
    hint: 'Add its DNS record, or correct `probe:` in dray.yml. A deploy requests that URL from here before it stops the old containers.',
  })
}
