import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { usageBetween, type SampledContainer } from '../../../../operations/status/container-usage.ts'
import type { ContainersHost, ContainersView, ContainerTimes } from '../../../../ui/page/model.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { connectUsage } from '../watch/connect-usage.ts'
import { PACE_MS } from '../watch/watch-environments.ts'
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
    void measureHost({ host, input, tell }, ports, stop.signal)
  }
  return {
    state: () => ({ hosts: [...states.values()] }),
    [Symbol.dispose]: () => stop.abort(),
  }
}

type Measured = {
  host: string
  input: EnvironmentInput
  tell: (state: Omit<ContainersHost, 'host'>) => void
}

async function measureHost(
  { host, input, tell }: Measured,
  { onHost, context }: AnswerPorts,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = context
  const history = new Map<string, ContainerTimes[number][]>()
  const isOver = (): boolean => signal.aborted
  while (!isOver()) {
    try {
      await onHost(host, async (runner) => {
        using usage = await connectUsage(runner, input, context)
        let before: SampledContainer[] = []
        while (!isOver()) {
          const after = await usage.sample()
          const atMs = clock.now()
          const containers = usageBetween(before, after).map((it) => {
            const times = history.get(it.name) ?? []
            times.push([atMs, it.cpuPercent ?? null, it.memoryBytes ?? null, it.health])
            history.set(it.name, times.slice(-MOST_TIMES))
            return { ...it, times: times.slice(-MOST_TIMES) }
          })
          for (const name of history.keys())
            if (!containers.some((it) => it.name === name)) history.delete(name)
          tell({ containers })
          before = after
          await clock.sleep(EVERY_MS, signal)
        }
      })
    } catch (error) {
      if (isOver()) return
      tell({ failure: failureFrom(toDrayError(error)) })
    }
    await clock.sleep(PACE_MS.unknown, signal).catch(() => undefined)
  }
}
