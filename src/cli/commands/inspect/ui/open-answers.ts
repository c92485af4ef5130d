import { failureFrom, toDrayError } from '../../../../deploy/execute/failure.ts'
import { nameEnvironment } from '../../../../shared/name-environment.ts'
import { cleanValue } from '../../../../ui/reporters/clean-event.ts'
import { createLeases } from '../watch/leases.ts'
import type { WatchedEnvironment } from '../watch/load-watched.ts'
import { answerChecks, answerDisk, answerVariables } from './answer-on-demand.ts'
import { answerRelease, answerTimeline, type AnswerPorts } from './answer-page.ts'
import { followContainers, type ContainersFollower } from './follow-containers.ts'
import { followDeploy, type DeployFollower } from './follow-deploy.ts'
import { followLogs, type LogFollower } from './follow-logs.ts'

/** What the page asks for, and what is followed for it meanwhile. */
export type Answers = Disposable & {
  /** The JSON of a question of the page; undefined for one that does not exist. Never rejects. */
  answer(question: string, query: URLSearchParams): Promise<unknown>
}

/** What is followed for a page ends this long after its last question: it asks every second. */
const KEPT_MS = 5_000

/** The answers about the environments. `clean` makes a text safe. */
export function openAnswers(
  environments: readonly WatchedEnvironment[],
  ports: AnswerPorts & { clean: (text: string) => string },
): Answers {
  const { clock } = ports.context
  const deploys = createLeases<DeployFollower>(clock, KEPT_MS)
  const containers = createLeases<ContainersFollower>(clock, KEPT_MS)
  const logs = createLeases<LogFollower>(clock, KEPT_MS)

  const answer = async (question: string, query: URLSearchParams): Promise<unknown> => {
    const named = environments.find(({ name }) => name === query.get('environment'))
    if (named === undefined || !('input' in named)) return undefined
    const { name, input } = named
    const { hosts } = input.config.environment
    const host = query.get('host') ?? hosts[0]
    if (!hosts.includes(host)) return undefined
    switch (question) {
      case 'timeline':
        return answerTimeline(input, ports)
      case 'live':
        return deploys.get(name, () => followDeploy(input, ports)).state()
      case 'release':
        return answerRelease(input, { host, release: query.get('release') ?? '' }, ports)
      case 'containers':
        return containers.get(name, () => followContainers(input, ports)).state()
      case 'disk':
        return answerDisk(input, ports)
      case 'checks':
        return answerChecks(input, ports)
      case 'variables':
        return answerVariables(input, ports)
      default:
        return undefined
    }
  }
  const takeLogs = (query: URLSearchParams): unknown => {
    const named = environments.find(({ name }) => name === query.get('environment'))
    if (named === undefined || !('input' in named)) return undefined
    const choice = { sinceMs: numberOf(query.get('since')), tail: numberOf(query.get('tail')) }
    const key = JSON.stringify([named.name, query.get('view'), choice])
    return logs.get(key, () => followLogs(named.input, choice, ports)).take()
  }

  return {
    answer: async (question, query) => {
      // Millions of lines: each is cleaned once, when it is read.
      if (question === 'logs') return takeLogs(query)
      const found = await answer(question, query).catch((error: unknown) => ({
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

/** A number of up to 15 digits; undefined for anything else. */
function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
