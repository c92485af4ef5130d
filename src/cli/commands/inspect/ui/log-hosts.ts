import { readCurrentRelease } from '../../../../adapters/directory/current-release.ts'
import { readLogs, type LogEntry } from '../../../../operations/logs/read-logs.ts'
import { readStackLogs, type ReadStackLogsRequest } from '../../../../operations/logs/read-stack-logs.ts'
import { describeHost, type ConnectedHost } from '../../../command/connect-hosts.ts'
import type { EnvironmentInput } from '../../../command/load-environment.ts'
import { readInPlace, releaseOf } from '../../operate/connect-apps.ts'
import { withinLook } from '../watch/within-look.ts'
import type { AnswerPorts } from './answer-page.ts'

/** What is read of a host: from `since` on, or else the last `tail` lines of each container. */
export type HostLogsRequest = Omit<ReadStackLogsRequest, 'host' | 'lookEveryMs'>

/** Time between two looks for tasks of a swarm: a page is open for long. */
const TASKS_EVERY_MS = 5_000

/** A host whose logs can be read until it is disposed of. */
export type OpenLogHost = Disposable & {
  /** Of a manager of a swarm, the logs of all tasks. Throws what the host throws. */
  read(request: HostLogsRequest, signal: AbortSignal): AsyncGenerator<readonly LogEntry[], void>
}

/** The hosts whose logs a page shows. */
export type LogHosts = {
  /** Throws NOT_DEPLOYED, and the errors of a host or an Engine that does not answer. */
  open(host: string): Promise<OpenLogHost>
  /** Whether a host has a release, with one command. Throws the errors of a host that does not answer. */
  isDeployed(host: string): Promise<boolean>
}

/** The hosts of an environment, over the connections of the page. */
export function logHosts(input: EnvironmentInput, { onHost, context }: AnswerPorts): LogHosts {
  const { path } = input.config.environment
  const { signal } = context
  return {
    open: (host) => onHost(host, (runner) => openHost(describeHost(runner, input, context), input, signal)),
    isDeployed: (host) =>
      onHost(host, async (runner) => (await readCurrentRelease({ runner, path }, signal)) !== undefined),
  }
}

async function openHost(
  connected: ConnectedHost,
  input: EnvironmentInput,
  signal: AbortSignal,
): Promise<OpenLogHost> {
  const { name, engine } = connected
  const dispose = (): void => engine[Symbol.dispose]()
  try {
    await withinLook(connected.engineObservation, name)
    const { project } = releaseOf(await withinLook(readInPlace(connected, signal), name), input)
    const { cluster, logs: source } = engine
    const isSwarm = input.config.environment.engine === 'swarm'
    return {
      read: ({ since, ...request }, reading) =>
        isSwarm
          ? readStackLogs(
              { ...request, since, host: { name, project, cluster }, lookEveryMs: TASKS_EVERY_MS },
              reading,
            )
          : readLogs(
              { ...request, since: undefined, hosts: [{ name, project, engine, source, since }] },
              reading,
            ),
      [Symbol.dispose]: dispose,
    }
  } catch (error) {
    // The connection to the host stays: each of the Engine on it would stay with it.
    dispose()
    throw error
  }
}
