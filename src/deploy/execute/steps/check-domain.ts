import { DrayError } from '../../../errors/dray-error.ts'
import { askUrl, type UrlAnswer } from '../ask-url.ts'
import { describeAnswer } from '../../model/entrance.ts'
import type { ProbeAnswer } from '../../model/prober.ts'
import { frontName } from '../../model/front.ts'
import type { StepOf } from '../../model/plan.ts'
import { logOf } from '../container-log.ts'
import type { StepContext } from '../execution.ts'

/** A new front may still be waiting for its certificate, so it is asked less often, for longer. */
const EVERY_MS = 500

/** Asks a domain of the front again, as long as the front may take to get its certificate. */
export async function awaitCertificate(
  step: StepOf<'check-url'>,
  { run, execution: { clock, patience }, signal }: StepContext,
): Promise<UrlAnswer> {
  const forMs = patience.certificateMs
  return askUrl(step, { prober: run.host.prober, clock, forMs, everyMs: EVERY_MS, signal })
}

/** DOMAIN_UNSERVED, with where the domain leads, and the front's log, which has the answer of the certificate authority. */
export async function domainUnserved(
  { url, domain }: StepOf<'check-url'>,
  answer: ProbeAnswer,
  { run: { host, observation } }: StepContext,
): Promise<DrayError> {
  const name = new URL(url).hostname
  const addresses = await host.prober.lookUp(name)
  const leads =
    addresses.length === 0 ? `${name} has no address` : `the address of ${name} is ${addresses.join(', ')}`
  const containers = await host.engine.containers(observation.directory.app.project)
  const front = containers.find((it) => it.service === frontName && !it.oneOff)
  return new DrayError(
    'DOMAIN_UNSERVED',
    `${url} ${describeAnswer(answer)} on ${host.name}. As seen from here, ${leads}.`,
    {
      ...(domain?.anyIssuer && {
        hint: `The log of ${frontName} shows what the authority of \`front.acme\` answered. It must reach ports 80 or 443 of the domain.`,
      }),
      details: front === undefined ? {} : await logOf(host.engine, front),
    },
  )
}
