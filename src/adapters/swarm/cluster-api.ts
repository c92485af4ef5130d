import * as z from 'zod'
import type { Cluster } from '../../deploy/model/cluster.ts'
import { DrayError } from '../../errors/dray-error.ts'
import { retry } from '../../shared/retry.ts'
import { startTimeLimit } from '../../shared/time-limit.ts'
import { systemClock } from '../../shared/clock.ts'
import { findEnvironmentSecrets } from '../../shared/secrets/environment-secrets.ts'
import type { Secret } from '../../shared/secrets/secret.ts'
import { type ApiAnswer, type EngineClient, readMessage } from '../docker/engine-client.ts'
import type { ApiRequest } from '../docker/engine-exchange.ts'
import { readLines } from '../docker/multiplexed-output.ts'
import { ELECTION_MS, isLeaderless, refusal } from './manager-refusal.ts'
import { PULL_LABEL, pullJob, renderPullToken } from './pull-job.ts'
import {
  IMAGE_LABEL,
  infoAnswer,
  networkAnswer,
  nodeAnswer,
  readNode,
  readService,
  readServiceImages,
  readTask,
  serviceAnswer,
  STACK_LABEL,
  taskAnswer,
  thingAnswer,
} from './read-cluster.ts'
import { readTaskLog } from './task-log.ts'

const GONE = 404
const TAKEN = 409

/**
 * The swarm of which the Engine of `client` is a manager. `host` is for error messages. `onSecrets` receives the secrets in a
 * service's environment when its definition is first read, since the logs of its tasks may contain them. `electionMs`: how
 * long the election of a leader is waited for; `requestMs`: how long one answer may take, or DOCKER_UNREACHABLE is thrown.
 */
export function createCluster(
  client: EngineClient,
  host: string,
  {
    onSecrets = () => undefined,
    electionMs = ELECTION_MS,
    requestMs = REQUEST_MS,
  }: { onSecrets?: (secrets: readonly Secret[]) => void; electionMs?: number; requestMs?: number } = {},
): Cluster {
  const seen = new Set<string>()
  const see = ({ ID, Version, Spec }: z.infer<typeof serviceAnswer>): void => {
    const definition = `${ID} ${Version.Index}`
    if (!seen.has(definition)) onSecrets(findEnvironmentSecrets(Spec.TaskTemplate.ContainerSpec?.Env ?? []))
    seen.add(definition)
  }
  const sendInTime = async (request: ApiRequest): Promise<ApiAnswer> => {
    using limit = startTimeLimit(requestMs, request.signal && { signal: request.signal })
    try {
      return await client.send({ ...request, signal: limit.signal })
    } catch (error) {
      if (!limit.isOver || request.signal?.aborted) throw error
      throw new DrayError(
        'DOCKER_UNREACHABLE',
        `Docker Engine on ${host} did not answer for the swarm within ${requestMs / 1000} s.`,
        { cause: error },
      )
    }
  }
  /** A swarm that elects a new leader answers nothing meanwhile: what is sent fails, and usually had no effect. */
  const send = (request: ApiRequest): Promise<ApiAnswer> =>
    retry(
      async () => {
        const answer = await sendInTime(request)
        if (answer.status === 503 || (answer.status >= 500 && isLeaderless(answer.text)))
          throw refusal(await client.maskValues(readMessage(answer.text)), host)
        return answer
      },
      { clock: systemClock, deadlineMs: electionMs, attempts: 60, signal: request.signal },
    )
  const ask = async <T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T> =>
    client.parse(await send(request), request, schema)
  const done = async (request: ApiRequest, tolerated: readonly number[] = []): Promise<void> => {
    const answer = await send(request)
    if (!tolerated.includes(answer.status)) await client.assertDone(answer, request)
  }
  /** Swarm quotes the Engines of its nodes, which quote values of the app's variables. */
  const mask = async (text: string): Promise<string> => (text === '' ? '' : client.maskValues(text))
  const tasks = async (filters: object) => {
    const query = { filters: JSON.stringify(filters) }
    const found = await ask({ method: 'GET', path: '/tasks', query }, z.array(taskAnswer).nullable())
    return await Promise.all(
      (found ?? []).map(readTask).map(async (task) => ({ ...task, error: await mask(task.error) })),
    )
  }
  const pullJobs = async (stack: string) => {
    const query = { filters: JSON.stringify({ label: [`${PULL_LABEL}=${stack}`] }) }
    const found = await ask({ method: 'GET', path: '/services', query }, z.array(serviceAnswer).nullable())
    return (found ?? []).map(({ ID: id, Spec: { Name: name } }) => ({ id, name }))
  }
  const update = async (id: string, change: (spec: z.infer<typeof storedSpec>) => unknown): Promise<void> => {
    const path = `/services/${id}`
    for (let tries = 1; ; tries++) {
      const there = z.object({ Version: z.object({ Index: z.number() }), Spec: storedSpec })
      const { Version, Spec } = await ask({ method: 'GET', path }, there)
      const query = { version: Version.Index }
      const request: ApiRequest = { method: 'POST', path: `${path}/update`, query, body: change(Spec) }
      const answer = await send(request)
      if (tries < VERSION_TRIES && OUT_OF_SEQUENCE.test(answer.text)) continue
      await client.assertDone(answer, request)
      return
    }
  }
  const inStack = (stack: string) => ({ filters: JSON.stringify({ label: [`${STACK_LABEL}=${stack}`] }) })
  return {
    nodes: async () => (await ask({ method: 'GET', path: '/nodes' }, z.array(nodeAnswer))).map(readNode),
    ownNodeId: async () => (await ask({ method: 'GET', path: '/info' }, infoAnswer)).Swarm.NodeID,
    services: async (stack) => {
      const query = { ...inStack(stack), status: true }
      const found = await ask({ method: 'GET', path: '/services', query }, z.array(serviceAnswer).nullable())
      found?.forEach(see)
      return await Promise.all(
        (found ?? [])
          .map((it) => readService(it, stack))
          .map(async (it) => ({ ...it, updateMessage: await mask(it.updateMessage) })),
      )
    },
    serviceImages: async () =>
      ((await ask({ method: 'GET', path: '/services' }, z.array(serviceAnswer).nullable())) ?? []).map(
        readServiceImages,
      ),
    tasks: (stack) => tasks({ label: [`${STACK_LABEL}=${stack}`] }),
    tasksOf: (serviceId) => tasks({ service: [serviceId] }),
    networks: async () =>
      (await ask({ method: 'GET', path: '/networks' }, z.array(networkAnswer)))
        .filter(({ Scope, Name }) => Scope === 'swarm' || Name === 'host' || Name === 'bridge')
        .map(({ Name }) => Name),
    things: async (kind) =>
      ((await ask({ method: 'GET', path: `/${kind}` }, z.array(thingAnswer).nullable())) ?? []).map(
        ({ ID: id, Spec: { Name: name, Labels } }) => ({ id, name, stack: Labels?.[STACK_LABEL] }),
      ),
    networksOf: async (stack) => {
      const found = await ask(
        { method: 'GET', path: '/networks', query: inStack(stack) },
        z.array(networkAnswer),
      )
      return found.map(({ Id: id, Name: name }) => ({ id, name, stack }))
    },
    create: async (kind, { name, stack, data }) => {
      const body = {
        Name: name,
        Labels: { [STACK_LABEL]: stack },
        Data: Buffer.from(data).toString('base64'),
      }
      await done({ method: 'POST', path: `/${kind}/create`, body }, [TAKEN])
    },
    removeThing: async (kind, id) => {
      // Docker refuses to remove one that a service uses, with a status that depends on its version.
      const answer = await send({ method: 'DELETE', path: `/${kind}/${id}` })
      return answer.status < 400
    },
    startPull: async ({ stack, name, image, token }) => {
      const job = pullJob({ stack, name, image })
      const request: ApiRequest = {
        method: 'POST',
        path: '/services/create',
        body: job,
        ...(token && { headers: { 'x-registry-auth': renderPullToken(image, token) } }),
      }
      const answer = await send(request)
      // Sent again after a timeout, it may be there already.
      const there =
        answer.status === TAKEN ? (await pullJobs(stack)).find((it) => it.name === job.Name) : undefined
      return there?.id ?? (await client.parse(answer, request, z.object({ ID: z.string() }))).ID
    },
    pullJobs,
    restoreService: (id, spec) => update(id, () => spec),
    forgetStackImage: (id) =>
      update(id, (there) => {
        const { [IMAGE_LABEL]: _, ...Labels } = there.Labels ?? {}
        return { ...there, Labels }
      }),
    recreateService: async (spec) => {
      await done({ method: 'POST', path: '/services/create', body: spec }, [TAKEN])
    },
    removeService: async (id) => {
      await done({ method: 'DELETE', path: `/services/${id}` }, [GONE])
    },
    logTail: async (what, lines) => {
      const path = 'task' in what ? `/tasks/${what.task}/logs` : `/services/${what.service}/logs`
      const query = { stdout: true, stderr: true, tail: lines }
      // The node of the task answers: if it is lost, it never does.
      using limit = startTimeLimit(LOG_LIMIT_MS)
      const { signal } = limit
      const kept: string[] = []
      try {
        const response = await client.stream({ method: 'GET', path, query, signal })
        if ((response.statusCode ?? 0) >= 400) return []
        await readLines(response, (line) => kept.push(line))
      } catch {
        // What arrived until then is shown.
      }
      return await Promise.all(kept.slice(-lines).map((line) => client.maskValues(line)))
    },
    taskLog: (taskId, request) => readTaskLog(client, taskId, request),
    get logsAtOnce() {
      return client.channels
    },
  }
}

const LOG_LIMIT_MS = 5_000
/** Longer than an Engine waits for the swarm: moby, daemon/cluster, 20 s. */
const REQUEST_MS = 60_000

const storedSpec = z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() })

/** Swarm changed the service between the two requests, for example when an update ended: swarmkit, manager/state/store. */
const OUT_OF_SEQUENCE = /update out of sequence/
const VERSION_TRIES = 10
