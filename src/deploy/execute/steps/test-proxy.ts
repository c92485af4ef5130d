import { DrayError } from '../../../errors/dray-error.ts'
import type { StepOf } from '../../model/plan.ts'
import { proxyStart, startWords, type ProxyStart } from '../../model/proxies/proxy-start.ts'
import type { HostRun, StepRunner } from '../execution.ts'

/** A test reads files and looks names up. */
const TIMEOUT_MS = 60_000
const TAIL_LINES = 8

/** Tests the new configuration of a proxy. Throws PROXY_CONFIG_INVALID if the proxy rejects it. */
export const testProxy: StepRunner<StepOf<'test-proxy'>> = async (step, { run, execution, signal }) => {
  const { proxy, argv, names } = step
  const start = startOf(step, run)
  const request = { service: proxy, argv, names, timeoutMs: TIMEOUT_MS, signal, ...(start && { start }) }
  const tried = await run.host.compose.tryOut(request)
  if (tried?.exitCode === 0) return 'accepted'
  const logTail = (tried?.output ?? []).filter((line) => line.trim() !== '').slice(-TAIL_LINES)
  if (tried !== undefined && !step.isUncertain) {
    // Compose fills values of variables into the command of a service.
    const command = await run.host.engine.hideValues(argv.join(' '))
    throw new DrayError('PROXY_CONFIG_INVALID', `${proxy} rejects its new configuration.`, {
      details: { logOf: `\`${command}\` in ${proxy}`, logTail },
    })
  }
  const why = logTail.length === 0 ? '' : `: ${logTail.at(-1)}`
  execution.emit({
    type: 'note',
    at: execution.clock.now(),
    level: 'warning',
    text: `The configuration of ${proxy} could not be tested before its start${why}.`,
  })
  return 'not tested'
}

function startOf(
  { proxy, argv }: StepOf<'test-proxy'>,
  { observation }: Pick<HostRun, 'observation'>,
): ProxyStart | undefined {
  const service = observation.directory.app.services.find(({ name }) => name === proxy)
  const kind = observation.proxies.find((it) => it.service === proxy)?.kind
  if (service === undefined || kind === undefined) return undefined
  return proxyStart(kind, argv, startWords(service, observation.resolved.get(proxy)?.config))
}
