import { DrayError } from '../../../errors/dray-error.ts'
import type { HostRun, StepRunner } from '../execution.ts'
import type { Plan, StepOf } from '../../model/plan.ts'
import type { Container } from '../../model/ports.ts'
import { switchNginx } from '../switch-nginx.ts'

/** Switches traffic to the new containers. `stop-old` waits for the old ones to finish their requests. */
export const switchTraffic: StepRunner<StepOf<'switch-traffic'>> = async (
  step,
  { run, execution, signal },
) => {
  const { patience, servicePatience } = execution
  const drainMs = Math.max(
    ...step.services.map((service) => servicePatience[service]?.drainMs ?? patience.drainMs),
    step.services.length === 0 ? patience.drainMs : 0,
  )
  const [proxy] = servingContainers(step.proxy, run, execution.plan)
  if (proxy === undefined) throw new DrayError('PROXY_FAILED', `${step.proxy} is not running.`)
  run.done.switched = true
  const { drained } = await switchNginx({
    engine: run.host.engine,
    proxy,
    containers: step.services.flatMap((service) => servingContainers(service, run, execution.plan)),
    drainMs,
    signal,
  }).catch((error: unknown) => {
    // nginx does not apply a configuration that it rejects.
    if (error instanceof DrayError && error.code === 'PROXY_CONFIG_INVALID') run.done.switched = false
    throw error
  })
  run.done.drained = drained
  return undefined
}

/** Containers of a service that continue to run: its new ones, or those that the plan keeps. */
function servingContainers(serviceName: string, run: HostRun, plan: Plan): readonly Container[] {
  const leaving = new Set(plan.steps.flatMap((step) => (step.kind === 'stop-old' ? step.containers : [])))
  return (
    run.done.fresh.get(serviceName) ??
    run.observation.containers.filter(
      (it) => it.service === serviceName && !it.oneOff && it.state === 'running' && !leaving.has(it.id),
    )
  )
}
