import * as z from 'zod'
import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { nameEnvironment } from '../../../../shared/name-environment.ts'
import { parseJson } from '../../../../shared/parse-json.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import { createLeases } from '../watch/leases.ts'
import type { WatchedConfig, WatchedEnvironment } from '../watch/load-watched.ts'
import { answerChecks, answerDisk, answerVariables } from './answer-on-demand.ts'
import { answerRelease, answerTimeline, type AnswerPorts } from './answer-page.ts'
import { answerForSwarm } from './answer-for-swarm.ts'
import { followContainers, type ContainersFollower } from './follow-containers.ts'
import { followDeploy, type DeployFollower } from './follow-deploy.ts'
import { followLogs, type LogFollower } from './follow-logs.ts'

/** What the page asks for, and what is followed for it meanwhile. */
export type Answers = Disposable & {
  /**
   * The JSON of a question of the page; undefined for one that does not exist. The signal aborts when the page has gone. Never
   * rejects.
   */
  answer(question: string, query: URLSearchParams, signal: AbortSignal): Promise<unknown>
}

type Ports = AnswerPorts & {
  /** Makes a text safe. */
  clean: (text: string) => string
  /** The clock of a host minus that of this machine. */
  offsetMs: (environment: string, host: string) => number
  /** Differs when a host has something new to read. */
  newsOf: (environment: string, host: string) => string | undefined
}

/** What is followed for a page ends this long after its last question: it asks every second. */
const KEPT_MS = 5_000

/** The answers about the environments. */
export function openAnswers(config: WatchedConfig, ports: Ports): Answers {
  const { clock } = ports.context
  const deploys = createLeases<DeployFollower>(clock, KEPT_MS)
  const containers = createLeases<ContainersFollower>(clock, KEPT_MS)
  const logs = createLeases<LogFollower>(clock, KEPT_MS)
  const find = (query: URLSearchParams): WatchedEnvironment | undefined =>
    config.environments.find(({ name }) => name === query.get('environment'))

  const answer = async (question: string, query: URLSearchParams, signal: AbortSignal): Promise<unknown> => {
    const named = find(query)
    if (named === undefined || !QUESTIONS.has(question)) return undefined
    if (!('input' in named)) return { failure: named.unreadable.failure }
    const { name, input } = named
    // Of another dray.yml, other things are followed.
    const key = `${config.version} ${name}`
    const { hosts } = input.config.environment
    const host = query.get('host') ?? hosts[0]
    if (!hosts.includes(host)) return undefined
    const ofSwarm = answerForSwarm(question, input.config)
    if (ofSwarm !== undefined) return ofSwarm
    // What is followed outlives the question, and the rest is read for it alone.
    const once = {
      ...ports,
      context: { ...ports.context, signal: AbortSignal.any([ports.context.signal, signal]) },
    }
    switch (question) {
      case 'timeline':
        return answerTimeline(input, once)
      case 'live':
        return deploys.get(key, () => followDeploy(input, ports)).state()
      case 'release':
        return answerRelease(input, { host, release: query.get('release') ?? '' }, once)
      case 'containers':
        return containers.get(key, () => followContainers(input, ports)).state()
      case 'disk':
        return answerDisk(input, once)
      case 'checks':
        return answerChecks(input, once)
      case 'variables':
        return answerVariables(input, once)
      default:
        return undefined
    }
  }
  const takeLogs = (query: URLSearchParams): unknown => {
    const named = find(query)
    if (named === undefined) return undefined
    const tell = <T>(failure: T): T =>
      cleanValue(failure, (text) => nameEnvironment(ports.clean(text), named.name))
    if (!('input' in named)) return tell({ failure: named.unreadable.failure })
    const { hosts } = named.input.config.environment
    const choice = { sinceMs: numberOf(query.get('since')), tail: numberOf(query.get('tail')) }
    const last = readLast(query.get('last'), hosts)
    const key = JSON.stringify([config.version, named.name, query.get('view'), choice])
    return logs.get(key, () => followLogs(named.input, { ...choice, last }, ports)).take()
  }

  return {
    answer: async (question, query, signal) => {
      // Millions of lines: each is cleaned once, when it is read.
      if (question === 'logs') return takeLogs(query)
      const found = await answer(question, query, signal).catch((error: unknown) => ({
        failure: failureFrom(toDrayError(error)),
      }))
      const name = query.get('environment') ?? undefined
      return cleanValue(found, (text) => nameEnvironment(ports.clean(text), name))
    },
    [Symbol.dispose]: () => {
      deploys[Symbol.dispose]()
      containers[Symbol.dispose]()
      logs[Symbol.dispose]()
    },
  }
}

const QUESTIONS: ReadonlySet<string> = new Set([
  'timeline',
  'live',
  'release',
  'containers',
  'disk',
  'checks',
  'variables',
])

/** A number of up to 15 digits; undefined for anything else. */
function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const lastTimes = z.record(z.string(), z.number().int().nonnegative())

/** Times by host; those of hosts that the environment does not have are left out. */
function readLast(text: string | null, hosts: readonly string[]): Readonly<Record<string, number>> {
  const times = lastTimes.safeParse(parseJson(text ?? '')).data ?? {}
  return Object.fromEntries(Object.entries(times).filter(([host]) => hosts.includes(host)))
}
