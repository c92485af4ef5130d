import type { Container } from '../model/container.ts'
import { endDraining, isDrainable } from '../model/drain-check.ts'
import { noteStarted, type Execution, type HostRun } from './execution.ts'
import { waitHealthy } from './steps/wait-healthy.ts'

/** Health checks of a restarted container: about half a minute. */
export const RESTART_CHECKS = { most: 150, pauseMs: 200 }

/**
 * Services whose containers were recreated while stand-ins served. One whose old containers are all still there was not: Compose
 * failed before.
 */
export async function findBehindStandIns({ done, host, observation }: HostRun): Promise<string[]> {
  const services = [...done.recreated].filter((service) => done.standIns.has(service))
  if (services.length === 0) return []
  const now = await host.engine.containers(observation.directory.app.project)
  const isUntouched = (service: string): boolean =>
    observation.containers
      .filter((old) => old.service === service && !old.oneOff && old.state === 'running')
      .every((old) =>
        now.some(({ id, state }) => id === old.id && (state === 'running' || done.stopped.has(id))),
      )
  for (const service of services.filter(isUntouched)) done.recreated.delete(service)
  return services.filter((service) => done.recreated.has(service))
}

/** Starts the stand-ins of these services again if they were stopped; those that are healthy can take the traffic. */
export async function findHealthyStandIns(
  services: readonly string[],
  { done, host }: HostRun,
): Promise<Container[]> {
  const standIns = services.flatMap((service) => done.standIns.get(service) ?? [])
  const checked = await Promise.all(
    standIns.map(async (standIn) => {
      await host.engine.start(standIn.id)
      return (await passesCheck(standIn, { done, host }, RESTART_CHECKS)) ? standIn : []
    }),
  )
  return checked.flat()
}

/** Waits until the recreated containers of these services are as healthy as a deploy demands. */
export async function waitForRecreated(
  services: readonly string[],
  { run, execution }: { run: HostRun; execution: Execution },
): Promise<void> {
  const now = await run.host.engine.containers(run.observation.directory.app.project)
  for (const service of services) {
    const recreated = now.filter((it) => it.service === service && !it.oneOff)
    noteStarted(service, recreated, { run, execution })
  }
  await waitHealthy(
    { id: 0, kind: 'wait-healthy', host: run.host.name, cause: 'before receiving traffic', services },
    {
      execution,
      run,
      signal: new AbortController().signal,
      progress: () => undefined,
      print: () => undefined,
      measured: () => undefined,
    },
  )
}

/**
 * The containers among `now` that can take the traffic of a service back: those from before the deploy, or those recreated as
 * before. If an interrupted deploy left a stand-in and none of them is healthy, it is the stand-in.
 */
export async function findServingBefore(
  service: string,
  now: readonly Container[],
  run: HostRun,
): Promise<Container[]> {
  const before = new Set(run.observation.containers.map(({ id }) => id))
  const isRecreated = run.done.standIns.has(service) && run.done.recreated.has(service)
  const running = now.filter((it) => it.service === service && it.state === 'running')
  const real = running.filter((it) => !it.oneOff && (isRecreated || before.has(it.id)))
  const leftOver = running.filter((it) => it.standIn && before.has(it.id))
  if (leftOver.length === 0) return real
  const checked = await Promise.all(
    real.map(async (it) => ((await passesCheck(it, run, { most: 1, pauseMs: 0 })) ? it : [])),
  )
  return checked.flat().length > 0 ? checked.flat() : leftOver
}

/** A container that this deploy drained may serve again. */
async function passesCheck(
  container: Container,
  { host }: Pick<HostRun, 'done' | 'host'>,
  attempts: { most: number; pauseMs: number },
): Promise<boolean> {
  const { id, healthCheck } = container
  if (healthCheck === undefined) return true
  const { argv, timeoutMs } = healthCheck
  if (isDrainable(container)) await host.engine.exec(id, endDraining).catch(() => undefined)
  return host.engine.exec(id, argv, { timeoutMs, attempts }).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  )
}
