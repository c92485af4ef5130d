import { LoadRecord } from './load-report.ts'
import type { LoadOptions, LoadProgress, LoadReport } from './load-report.ts'
import { makeAgents, now, planRequest, sendRequest } from './send-request.ts'

export type LoadGenerator = {
  progress(): LoadProgress
  /** Sends no more, waits for the answers under way, and reports. */
  stop(): Promise<LoadReport>
}

/**
 * Sends requests by the clock in this process: the n-th goes out at its time whether or not earlier ones have been
 * answered, so an outage is counted in full.
 */
export function generateLoad(options: LoadOptions): LoadGenerator {
  const { connections = 20, timeoutMs = 3000, target } = options
  const agents = makeAgents(connections)
  const record = new LoadRecord()
  const underWay = new Set<Promise<void>>()
  const intervalMs = 1000 / options.ratePerSecond
  const startedAtMs = now()
  let latestSendMs = 0
  let timer = setTimeout(sendDue, 0)

  function sendDue(): void {
    for (let dueMs = nextDueMs(); dueMs <= now(); dueMs = nextDueMs()) {
      latestSendMs = Math.max(latestSendMs, now() - dueMs)
      send()
    }
    timer = setTimeout(sendDue, nextDueMs() - now())
  }

  function nextDueMs(): number {
    return startedAtMs + record.sent * intervalMs
  }

  function send(): void {
    record.sent += 1
    const agent = agents[record.sent % agents.length]
    if (agent === undefined) throw new Error('there is no agent to send with')
    const planned = planRequest(record.sent, options)
    const sending = sendRequest({ planned, target, agent, timeoutMs }).then((outcome) => {
      record.add(outcome)
      underWay.delete(sending)
    })
    underWay.add(sending)
  }

  async function stop(): Promise<LoadReport> {
    clearTimeout(timer)
    const durationMs = now() - startedAtMs
    await Promise.all(underWay)
    for (const agent of agents) agent.destroy()
    return record.report({ startedAtMs, durationMs, latestSendMs })
  }

  return { progress: () => record.progress(), stop }
}
