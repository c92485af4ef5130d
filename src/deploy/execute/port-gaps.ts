import type { Clock } from '../../shared/clock.ts'
import type { PortGap } from '../model/events.ts'
import type { Entrance } from '../model/observation.ts'
import type { Prober } from '../model/prober.ts'

/** A pause between two requests: what a gap is measured to. */
const EVERY_MS = 50
const TIMEOUT_MS = 1_000

type Watch = {
  port: string
  /** Ends after a good answer to a request that is sent from now on, or when the time limit has passed. */
  end: (limitMs: number) => Promise<void>
  stop: () => void
  /** Time between the last good answer before a failure and the next one; undefined without a failure. */
  gapMs: () => number | undefined
}

/** Measures how long ports answer nothing while their containers are exchanged. */
export class PortGaps {
  readonly #watches = new Map<string, Watch>()
  readonly #prober: Prober
  readonly #clock: Clock

  constructor(prober: Prober, clock: Clock) {
    this.#prober = prober
    this.#clock = clock
  }

  /** Sends requests to those of the entrances that are at one of the ports, from now on. */
  watch(ports: readonly string[], entrances: readonly Entrance[]): void {
    for (const entrance of entrances) {
      const port = portOf(entrance.url)
      if (!ports.includes(port)) continue
      this.#watches.get(port)?.stop()
      this.#watches.set(port, startWatch({ entrance, port, prober: this.#prober, clock: this.#clock }))
    }
  }

  /** Ends the measurement of ports that answer by now, and returns the gaps, if any. */
  async end(ports: readonly string[], limitMs: number): Promise<PortGap[]> {
    const ended = [...this.#watches.values()].filter(({ port }) => ports.includes(port))
    await Promise.all(ended.map((watch) => watch.end(limitMs)))
    for (const { port } of ended) this.#watches.delete(port)
    return ended.flatMap(({ port, gapMs }) => {
      const measured = gapMs()
      return measured === undefined ? [] : [{ port, gapMs: measured }]
    })
  }

  /** At the end of a deploy. */
  stop(): void {
    for (const watch of this.#watches.values()) watch.stop()
    this.#watches.clear()
  }
}

/** How long an exchanged port may take to answer; one that takes longer is not waited for. */
const ANSWER_MS = 5_000

/**
 * Ends the measurement of ports whose containers are healthy, and reports the gaps. Returns
 * `, 3.1 s without an answer on port 8000` for the result of the step.
 */
export async function reportGaps(
  ports: readonly string[],
  { run, measured }: { run: { gaps: PortGaps }; measured: (gaps: readonly PortGap[]) => void },
): Promise<string> {
  const gaps = await run.gaps.end(ports, ANSWER_MS)
  if (gaps.length > 0) measured(gaps)
  return gaps
    .map(({ port, gapMs }) => `, ${(gapMs / 1000).toFixed(1)} s without an answer on port ${port}`)
    .join('')
}

/** The port of a URL. */
export function portOf(url: string): string {
  const { port, protocol } = new URL(url)
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port
}

function startWatch(asked: { entrance: Entrance; port: string; prober: Prober; clock: Clock }): Watch {
  const { entrance, port, prober, clock } = asked
  const { url, below, orStatus } = entrance
  const over = new AbortController()
  let lastGoodMs = clock.now()
  let hasFailed = false
  let longestMs: number | undefined
  let sent = 0
  let lastGood = 0
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      sent += 1
      const number = sent
      const answer = await prober.get(url, TIMEOUT_MS, entrance)
      const status = 'status' in answer ? answer.status : undefined
      if (status === undefined || (status >= below && status !== orStatus)) hasFailed = true
      else {
        lastGood = number
        const now = clock.now()
        if (hasFailed) longestMs = Math.max(longestMs ?? 0, now - lastGoodMs)
        hasFailed = false
        lastGoodMs = now
      }
      await clock.sleep(EVERY_MS, over.signal).catch(() => undefined)
    }
  }
  const running = run()
  return {
    port,
    gapMs: () => longestMs,
    stop: () => over.abort(),
    end: async (limitMs) => {
      const untilMs = clock.now() + limitMs
      const before = sent
      while (lastGood <= before && clock.now() < untilMs) await clock.sleep(EVERY_MS)
      over.abort()
      await running
    },
  }
}
