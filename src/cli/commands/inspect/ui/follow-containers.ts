import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import {
  usageBetween,
  type ContainerUsage,
  type SampledContainer,
} from '../../../../operations/status/container-usage.ts'
import type { ContainersHost, ContainersView, ContainerTimes } from '../../../../ui/page/model.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { connectUsage } from '../watch/connect-usage.ts'
import { PACE_MS } from '../watch/pace.ts'
import type { AnswerPorts } from './answer-page.ts'

/** The containers of an environment, measured until it is disposed of. */
export type ContainersFollower = Disposable & { state(): ContainersView }

const EVERY_MS = 5_000
/** Ten minutes of each container. */
const MOST_TIMES = 120

/** Measures the containers of all hosts over the Engine's API: no command runs on the servers for it. */
export function followContainers(input: EnvironmentInput, ports: AnswerPorts): ContainersFollower {
  const stop = new AbortController()
  const { hosts } = input.config.environment
  const states = new Map<string, ContainersHost>(hosts.map((host) => [host, { host }]))
  for (const host of hosts) {
    const tell = (state: Omit<ContainersHost, 'host'>): void => {
      states.set(host, { host, ...state })
    }
    const known = (): ContainersHost => states.get(host) ?? { host }
    void measureHost({ host, input, tell, known }, ports, stop.signal)
  }
  return {
    state: () => ({ hosts: [...states.values()], nowMs: ports.context.clock.now() }),
    [Symbol.dispose]: () => stop.abort(),
  }
}

type Measured = {
  host: string
  input: EnvironmentInput
  tell: (state: Omit<ContainersHost, 'host'>) => void
  /** The last state. */
  known: () => ContainersHost
}

async function measureHost(
  { host, input, tell, known }: Measured,
  { onHost, context }: AnswerPorts,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = context
  const history = new Map<string, ContainerTimes[number][]>()
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    try {
      await onHost(host, async (runner) => {
        using usage = connectUsage(runner, input, context)
        let before: SampledContainer[] = []
        while (!isOver()) {
          const after = await usage.sample()
          const atMs = clock.now()
          const containers = usageBetween(before, after).map((it) => {
            const times = history.get(it.name) ?? []
            times.push([atMs, it.cpuPercent ?? null, it.memoryBytes ?? null, it.health])
            history.set(it.name, times.slice(-MOST_TIMES))
            return { ...it, times: times.slice(-MOST_TIMES), upMs: upMsOf(it, after) }
          })
          for (const name of history.keys())
            if (!containers.some((it) => it.name === name)) history.delete(name)
          tell({ containers, readAtMs: atMs })
          before = after
          await clock.sleep(EVERY_MS, signal)
        }
      })
    } catch (error) {
      if (isOver()) return
      // What was measured before stays, with its age.
      const { containers, readAtMs } = known()
      tell({
        failure: failureFrom(toDrayError(error)),
        ...(containers && { containers }),
        ...(readAtMs !== undefined && { readAtMs }),
      })
    }
    await clock.sleep(PACE_MS.unknown, signal).catch(() => undefined)
  }
}

/** Both times are those of the host; undefined for a container that does not run. */
function upMsOf(
  { name, startedAtMs }: ContainerUsage,
  samples: readonly SampledContainer[],
): number | undefined {
  const sample = samples.find(({ container }) => container.name === name)?.sample
  return sample && Math.max(0, sample.atMs - startedAtMs)
}
