import * as z from 'zod'
import type { Cluster } from '../../deploy/model/cluster.ts'
import type { Engine } from '../../deploy/model/ports.ts'
import type { LogSource } from '../../operations/logs/log-source.ts'
import type { UsageSource } from '../../operations/status/container-usage.ts'
import { systemClock } from '../../shared/clock.ts'
import { findEnvironmentSecrets } from '../../shared/secrets/environment-secrets.ts'
import type { Redactor } from '../../shared/secrets/redact.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import type { CommandRunner } from '../host/command-runner.ts'
import { createCluster } from '../swarm/cluster-api.ts'
import { EngineClient } from './engine-client.ts'
import type { ApiRequest } from './engine-exchange.ts'
import { createEngineDisk } from './engine-disk.ts'
import { createLogSource } from './engine-logs.ts'
import { createImages } from './engine-images.ts'
import { type EngineObservation, infoAnswer, readEngineObservation } from './engine-version.ts'
import { createUsageSource } from './engine-usage.ts'
import { execInContainer } from './exec-in-container.ts'
import { readLines } from './multiplexed-output.ts'
import { readText } from './read-text.ts'
import { listOthers } from './list-others.ts'
import { listNetworks, readCapacity } from './read-host.ts'
import { type ContainerAnswer, containerAnswer, readContainer } from './read-container.ts'

/** An Engine, with additional functions for the composition root. Disposing closes its connections. */
export type DockerEngine = Engine &
  Disposable & {
    logs: LogSource
    usage: UsageSource

    /** The swarm of which it is a manager. */
    cluster: Cluster
    /** Version and image store. Throws DOCKER_MISSING, DOCKER_DENIED, DOCKER_UNREACHABLE; see `assertEngineSupported`. */
    observeEngine(): Promise<EngineObservation>
  }

/**
 * The Engine that a machine's docker command uses, including contexts and DOCKER_HOST. The runner must be connected.
 * `onSecrets` receives the secrets in a container's environment when it is first inspected, since its log may contain them.
 * `readMask` gives what hides values of the app's variables in the Engine's own words; it is called when there are such words.
 * `electionMs`: see `createCluster`.
 */
export function createEngine(
  runner: CommandRunner,
  {
    onSecrets = () => undefined,
    readMask,
    electionMs,
  }: {
    onSecrets?: (secrets: readonly Secret[]) => void
    readMask?: () => Promise<Redactor>
    electionMs?: number
  } = {},
): DockerEngine {
  const client = new EngineClient(runner, readMask)
  const seen = new Set<string>()
  const see = (answer: ContainerAnswer): ContainerAnswer => {
    if (!seen.has(answer.Id)) onSecrets(findEnvironmentSecrets(answer.Config.Env))
    seen.add(answer.Id)
    return answer
  }
  const inspect = async (id: string): Promise<ContainerAnswer> =>
    see(await client.read({ method: 'GET', path: `/containers/${id}/json` }, containerAnswer))

  return {
    ...createImages(client, runner.name),

    disk: createEngineDisk(client),

    logs: createLogSource(client),

    usage: createUsageSource(client),

    cluster: createCluster(client, runner.name, {
      onSecrets,
      ...(electionMs !== undefined && { electionMs }),
    }),

    async observeEngine() {
      const info = await client.read({ method: 'GET', path: '/info' }, infoAnswer)
      return readEngineObservation(await client.version(), info)
    },

    containers: async (project, except) =>
      (await inspectAll(client, project, except)).map((it) => readContainer(see(it))),

    neighbours: async (project, networks) => {
      const filters = JSON.stringify({ network: networks, status: ['running'] })
      const request = { method: 'GET', path: '/containers/json', query: { filters } } as const
      const others = (await client.read(request, z.array(listed))).flatMap(({ Id, Labels }) => {
        const name = Labels?.['com.docker.compose.project'] ?? ''
        return name === project ? [] : [{ id: Id, project: name }]
      })
      const inspected = await inspectEach(
        client,
        others.map(({ id }) => id),
      )
      return inspected.map((answer) => ({
        project: others.find(({ id }) => id === answer.Id)?.project ?? '',
        container: readContainer(answer),
      }))
    },

    container: async (id) => readContainer(await inspect(id)),

    others: (project) => listOthers(client, project),

    networks: () => listNetworks(client),

    capacity: () => readCapacity(client),

    async exists(kind, name) {
      const request = { method: 'GET', path: `/${kind}s/${encodeURIComponent(name)}` } as const
      const answer = await client.send(request)
      if (answer.status !== GONE) await client.assertDone(answer, request)
      return answer.status !== GONE
    },

    async processes(containerId) {
      const request = { method: 'GET', path: `/containers/${containerId}/top` } as const
      const answer = await client.send(request)
      // Not running, or the host's ps has no such options.
      if (answer.status >= 400) return undefined
      const { Titles: titles, Processes: processes } = await client.parse(answer, request, topAnswer)
      const column = titles.findIndex((title) => /^(CMD|COMMAND)$/.test(title))
      return column < 0 ? undefined : processes.map((fields) => fields[column] ?? '')
    },

    exec: (containerId, argv, options) => execInContainer(client, { containerId, argv }, options),

    async start(containerId) {
      await done(client, { method: 'POST', path: `/containers/${containerId}/start` })
    },

    async stop(containerId, graceMs) {
      const t = graceMs === undefined ? undefined : Math.ceil(graceMs / 1000)
      await done(client, { method: 'POST', path: `/containers/${containerId}/stop`, query: { t } }, [GONE])
    },

    async remove(containerId, options = {}) {
      const query = { force: options.force ?? false, v: options.anonymousVolumes ?? false }
      const request = { method: 'DELETE', path: `/containers/${containerId}`, query } as const
      const answer = await client.send(request)
      if (answer.status === GONE) return
      // Refused despite `force`: another process, such as a prune, may be removing it.
      const goes = answer.status >= 400 && options.force === true && (await isGoneSoon(client, containerId))
      if (!goes) await client.assertDone(answer, request)
    },

    async logTail(containerId, count) {
      // A failure is about to be shown, with commands that may have values of variables: reading them makes them known.
      await readMask?.()
      const { Config: config } = await inspect(containerId)
      const query = { stdout: true, stderr: true, tail: count }
      const request = { method: 'GET', path: `/containers/${containerId}/logs`, query } as const
      const response = await client.stream(request)
      const status = response.statusCode ?? 0
      if (status >= 400) await client.assertDone({ status, text: await readText(response) }, request)
      const lines: string[] = []
      try {
        const keep = (line: string): void => {
          lines.push(line)
          if (lines.length > count) lines.shift()
        }
        await readLines(response, keep, config.Tty)
      } catch (error) {
        throw await client.explain(error, response.socket)
      }
      return lines
    },

    hideValues: (text) => client.maskValues(text),

    [Symbol.dispose]: () => client.close(),
  }
}

async function inspectAll(
  client: EngineClient,
  project: string,
  except?: ReadonlySet<string>,
): Promise<ContainerAnswer[]> {
  const filters = JSON.stringify({ label: [`com.docker.compose.project=${project}`] })
  const request = { method: 'GET', path: '/containers/json', query: { all: true, filters } } as const
  const found = await client.read(request, z.array(listed))
  const ids = found.map(({ Id }) => Id)
  return inspectEach(
    client,
    ids.filter((id) => except?.has(id) !== true),
  )
}

async function inspectEach(client: EngineClient, ids: readonly string[]): Promise<ContainerAnswer[]> {
  const inspected = await Promise.all(
    ids.map(async (id) => {
      const inspection = { method: 'GET', path: `/containers/${id}/json` } as const
      const answer = await client.send(inspection)
      // Removed since it was listed.
      return answer.status === 404 ? [] : [await client.parse(answer, inspection, containerAnswer)]
    }),
  )
  return inspected.flat()
}

const listed = z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()).nullish() })

const topAnswer = z.object({
  Titles: z.array(z.string()),
  Processes: z
    .array(z.array(z.string()))
    .nullish()
    .transform((rows) => rows ?? []),
})

const GONE = 404

/** Whether a container is gone within a second. */
async function isGoneSoon(client: EngineClient, id: string): Promise<boolean> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { status } = await client.send({ method: 'GET', path: `/containers/${id}/json` })
    if (status === GONE) return true
    await systemClock.sleep(50)
  }
  return false
}

async function done(
  client: EngineClient,
  request: ApiRequest,
  tolerated: readonly number[] = [],
): Promise<void> {
  const answer = await client.send(request)
  if (!tolerated.includes(answer.status)) await client.assertDone(answer, request)
}
