import type { Container } from '../../model/container.ts'
import type { StepOf } from '../../model/plan.ts'
import { listCallerLines, listHostsLines } from '../proxies/hosts-lines.ts'
import { switchNginx } from '../proxies/switch-nginx.ts'
import { outsideProxy, type StepRunner } from '../execution.ts'

/**
 * Pins the names of services to their running containers in a proxy that resolves names while it runs, so that it does not use
 * a new container before it is healthy. nginx reloads for that; with another, it takes as long as that may use what it resolved before.
 * A caller is not waited for: while a new container starts, programs try the other address.
 */
export const pinNames: StepRunner<StepOf<'pin-names'>> = async (step, { run, execution, signal }) => {
  const running = run.observation.containers.filter((it) => !it.oneOff && it.state === 'running')
  const containers = running.filter(({ service }) => step.services.includes(service))
  const proxies = outsideProxy(step.proxy, run) ?? running.filter(({ service }) => service === step.proxy)
  const { pinFile } = step
  if (pinFile !== undefined) {
    const { pins, host } = run
    const { drainMs } = execution.patience
    await Promise.all(
      proxies.map((proxy) =>
        switchNginx({ engine: host.engine, pins, pinFile, proxy, containers, drainMs, signal }),
      ),
    )
    return undefined
  }
  if (step.isCaller) {
    await Promise.all(
      proxies.map((caller) => run.pins.trySet(caller, listCallerLines(containers, caller), signal)),
    )
    return undefined
  }
  const linesFor = (proxy: Container): string[] =>
    containers.flatMap((container) => listHostsLines(container, proxy))
  await Promise.all(proxies.map((proxy) => run.pins.set(proxy, linesFor(proxy))))
  await execution.clock.sleep(execution.patience.pinMs, signal)
  return undefined
}

/** Lets the proxy resolve names on its own again: the old containers are stopped. */
export const unpinNames: StepRunner<StepOf<'unpin-names'>> = async (_, { run }) => {
  await run.pins.end()
  return undefined
}
