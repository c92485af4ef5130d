import { LoadRecord } from './load-report.ts'
import type { LoadOptions, LoadProgress, LoadReport, Outcome } from './load-report.ts'
import { makeAgents, now, planRequest, sendRequest } from './send-request.ts'

export type LoadGenerator = {
  progress(): LoadProgress
  /** Sends no more, waits for the answers under way, and reports. */
  stop(): Promise<LoadReport>
}

/**
 * Sends requests by the clock in this process: the n-th goes out at its time whether or not earlier ones have been
 * answered, so an outage is counted in full, up to `maxUnderWay`.
 */
export function generateLoad(options: LoadOptions): LoadGenerator {
  const { connections = 20, timeoutMs = 3000, target, freshEvery = 0, maxUnderWay = Infinity } = options
  const places = options.places ?? [{ url: target }]
  const isTls = places.some(({ url }) => url.startsWith('https:'))
  const agents = makeAgents(connections, isTls)
  const [freshAgent] = makeAgents(0, isTls)
  let outcomes: Outcome[] = []
  const record = new LoadRecord()
  const underWay = new Set<Promise<void>>()
  const intervalMs = 1000 / options.ratePerSecond
  const startedAtMs = now()
  let latestSendMs = 0
  let dueSoFar = 0
  let timer = setTimeout(sendDue, 0)

  function sendDue(): void {
    for (let dueMs = nextDueMs(); dueMs <= now(); dueMs = nextDueMs()) {
      latestSendMs = Math.max(latestSendMs, now() - dueMs)
      dueSoFar += 1
      if (underWay.size < maxUnderWay) send()
    }
    timer = setTimeout(sendDue, nextDueMs() - now())
  }

  function nextDueMs(): number {
    return startedAtMs + dueSoFar * intervalMs
  }

  function send(): void {
    const index = record.sent % places.length
    record.sent += 1
    const place = places[index]
    // Counted for each place, so that every place gets requests of every kind.
    const number = Math.ceil(record.sent / places.length)
    const agent =
      freshEvery > 0 && number % freshEvery === 0 ? freshAgent : agents[record.sent % agents.length]
    if (agent === undefined || place === undefined) throw new Error('there is no agent or place to send with')
    const planned = planRequest(number, {
      ...options,
      ...(place.readOnly && { postEvery: 0, slow: undefined }),
    })
    const sending = sendRequest({ planned, place, agent, timeoutMs }).then((result) => {
      const outcome = { place: index, ...result }
      record.add(outcome)
      if (options.keepOutcomes) outcomes.push(outcome)
      underWay.delete(sending)
    })
    underWay.add(sending)
  }

  function progress(): LoadProgress {
    if (!options.keepOutcomes) return record.progress()
    const ended = outcomes
    outcomes = []
    return { ...record.progress(), outcomes: ended }
  }

  async function stop(): Promise<LoadReport> {
    clearTimeout(timer)
    const durationMs = now() - startedAtMs
    await Promise.all(underWay)
    for (const agent of [...agents, freshAgent]) agent?.destroy()
    return record.report({ startedAtMs, durationMs, latestSendMs })
  }

  return { progress, stop }
}
