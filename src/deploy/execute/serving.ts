import { describeAnswer } from '../model/entrance.ts'
import { settleEachHost } from '../model/on-each-host.ts'
import type { Entrance } from '../model/prober.ts'
import type { Plan } from '../model/plan.ts'
import { newestRelease, releaseLabel } from '../model/release.ts'
import { askUrl, type UrlAnswer } from './ask-url.ts'
import type { Execution, HostRun } from './execution.ts'
import { stepsOn } from './steps-on.ts'

export type Serving = {
  /** One sentence: what is serving now. */
  serving: string
  /** The release that is serving now; undefined if it is not a release of dray's or is unknown. */
  servingRelease: string | undefined
  /** A URL that answered before the deploy, and no longer does; with what it answers. */
  lost?: string
  /** The hosts whose containers could not be read, and why. */
  unread?: string
}

/** What an undo did, and what is serving after it. */
export type Undone = Omit<Serving, 'lost' | 'unread'> & {
  undone: readonly string[]
  notUndone: readonly string[]
}

/** What is serving after an undo. The URLs of the plan are asked, as at the end of a deploy. Never rejects. */
export async function observeServingAgain(execution: Execution): Promise<Serving> {
  const before = describeBefore(execution)
  if (before === undefined) return { serving: 'Nothing is serving, as before.', servingRelease: undefined }
  const { name, verb, id } = before
  const runs = [...execution.hosts.values()]
  const seen = await settleEachHost(runs, ({ host }) => host.name, findStopped)
  const [unreadable] = seen.failures
  if (unreadable !== undefined) {
    const why = unreadable instanceof Error ? unreadable.message : 'unknown error'
    const unread = `the running containers could not be read: ${why.replace(/\.$/, '')}`
    return { serving: `The current state is unknown: ${why}`, servingRelease: undefined, unread }
  }
  const stopped = seen.results.flat()
  if (stopped.length > 0) {
    const lost = `no container of ${stopped.join(', ')} is running`
    return { serving: `${name} is not serving as before: ${lost}.`, servingRelease: undefined, lost }
  }
  const asked = await Promise.all(runs.map((run) => askAgain(run, execution)))
  const answers = asked.flatMap((those, index) => those.map((it) => ({ ...it, run: runs[index] })))
  const silent = answers.find(({ isGood }) => !isGood)
  if (silent !== undefined) {
    const place = runs.length > 1 ? ` on ${silent.run?.host.name ?? ''}` : ''
    const said = `${silent.entrance.url} ${describeAnswer(silent.answer)}${place}`
    const hasAnswered = runs.some((run) => answeredBefore(silent.entrance, run))
    const isLost = hasAnswered && !('unsent' in silent.answer)
    const serving = isLost
      ? `${name} ${verb} running again, but ${said}.`
      : `${name} ${verb} running, as before; ${said}.`
    return { serving, servingRelease: undefined, ...(isLost && { lost: said }) }
  }
  return {
    serving: `${name} ${verb} ${answers.length > 0 ? 'serving' : 'running'}, as before.`,
    servingRelease: id,
  }
}

/** What is serving after the release was recorded, although a later step failed. */
export async function observeServingNow(execution: Execution): Promise<Serving> {
  const { plan, clock } = execution
  const answers = await Promise.all(
    [...execution.hosts.values()].flatMap(({ host: { prober }, done }) =>
      [...done.answered.values()].map((it) => askUrl(it, { prober, clock, forMs: 0 })),
    ),
  )
  return { ...describeCurrent(plan, answers), servingRelease: plan.release }
}

function describeCurrent({ release }: Plan, answers: readonly UrlAnswer[]): { serving: string } {
  const silent = answers.find(({ isGood }) => !isGood)
  if (silent !== undefined)
    return {
      serving: `Release ${release} is current, but ${silent.entrance.url} ${describeAnswer(silent.answer)}.`,
    }
  return { serving: `Release ${release} is current${answers.length > 0 ? ' and serving' : ''}.` }
}

/** What was running before the deploy, on all hosts; undefined if nothing was. */
export function describeBefore(
  execution: Execution,
): { name: string; verb: 'is' | 'are'; id: string | undefined } | undefined {
  const found = [...execution.hosts.values()].flatMap(({ host, observation }) => {
    if (!observation.containers.some((it) => it.state === 'running')) return []
    return [{ host: host.name, current: newestRelease(observation.directory.releases) }]
  })
  const [first] = found
  if (first === undefined) return undefined
  const { current } = first
  if (found.some((it) => it.current?.id !== current?.id)) {
    const each = found.map((it) => `${it.current?.id ?? 'no release of dray'} on ${it.host}`)
    return { name: `The releases from before the deploy (${each.join(', ')})`, verb: 'are', id: undefined }
  }
  if (current === undefined)
    return { name: 'The containers from before the deploy', verb: 'are', id: undefined }
  return { name: `Release ${releaseLabel(current.id, current.tag)}`, verb: 'is', id: current.id }
}

/** Services that had a running container before the deploy, and have none now. */
async function findStopped({ host, observation }: HostRun): Promise<string[]> {
  const runningIn = (containers: HostRun['observation']['containers']): string[] =>
    containers.filter(({ state, oneOff }) => state === 'running' && !oneOff).map(({ service }) => service)
  const now = new Set(runningIn(await host.engine.containers(observation.directory.app.project)))
  return [...new Set(runningIn(observation.containers))].filter((service) => !now.has(service))
}

function askAgain(
  { host, observation }: HostRun,
  { plan, clock, patience }: Execution,
): Promise<UrlAnswer[]> {
  // A domain that did not answer before had no front.
  const checks = stepsOn(plan, host.name).filter(
    (step) => step.kind === 'check-url' && !step.guess && !step.domain,
  ) as Entrance[]
  const entrances = new Map([...observation.entrances, ...checks].map((it) => [it.url, it]))
  const forMs = patience.urlCheckMs
  return Promise.all([...entrances.values()].map((it) => askUrl(it, { prober: host.prober, clock, forMs })))
}

function answeredBefore({ url }: Entrance, { observation, done }: HostRun): boolean {
  return observation.entrances.some((it) => it.url === url) || done.answered.has(url)
}
