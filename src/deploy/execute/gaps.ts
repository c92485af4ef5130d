import type { Clock } from '../../shared/clock.ts'
import type { Container } from '../model/container.ts'
import { isAccepted } from '../model/entrance.ts'
import type { Gap } from '../model/events.ts'
import type { Entrance } from '../model/prober.ts'
import type { TargetHost } from '../model/ports.ts'

/** A pause between two requests: what a gap is measured to. */
const EVERY_MS = 50
const TIMEOUT_MS = 1_000

type Watch = {
  subject: Omit<Gap, 'gapMs'>
  /** Ends the measurement: what was exchanged is healthy. */
  end: (limitMs: number) => Promise<void>
  stop: () => void
  /** Time between the last good sample before a bad one and the next; undefined without a bad one. */
  gapMs: () => number | undefined
}

/** Measures how long ports answer nothing, or services have no container, while their containers are exchanged. */
export class Gaps {
  readonly #watches = new Map<string, Watch>()
  /** Ids of new containers, by service. */
  readonly #followers = new Map<string, string>()
  readonly #host: Pick<TargetHost, 'prober' | 'engine'>
  readonly #clock: Clock

  constructor(host: Pick<TargetHost, 'prober' | 'engine'>, clock: Clock) {
    this.#host = host
    this.#clock = clock
  }

  /** Sends requests to those of the entrances that are at one of the ports, from now on. False without any. */
  watchPorts(ports: readonly string[], entrances: readonly Entrance[]): boolean {
    const watched = entrances.filter(({ url }) => ports.includes(portOf(url)))
    for (const entrance of watched) {
      const answers = async (): Promise<boolean> => {
        return isAccepted(entrance, await this.#host.prober.get(entrance.url, TIMEOUT_MS, entrance))
      }
      this.#start({ port: portOf(entrance.url) }, answers)
    }
    return watched.length > 0
  }

  /**
   * Looks whether an old container of a service runs, from now on: the gap lasts until Docker reports the one of `followContainer` as
   * healthy, or until its end.
   */
  watchContainer({ id, service }: Pick<Container, 'id' | 'service'>): void {
    const runs = (): Promise<boolean> => {
      const follower = this.#followers.get(service)
      return this.#host.engine.container(follower ?? id).then(
        ({ state, health }) => state === 'running' && (follower === undefined || health === 'healthy'),
        () => false,
      )
    }
    this.#followers.delete(service)
    this.#start({ service }, runs)
  }

  /** The new container of a service, once the old one is gone. */
  followContainer({ id, service }: Pick<Container, 'id' | 'service'>): void {
    this.#followers.set(service, id)
  }

  /** Ends the measurement of ports and services whose new containers are healthy; returns the gaps, if any. */
  async end(
    exchanged: { ports: readonly string[]; services: readonly string[] },
    limitMs: number,
  ): Promise<Gap[]> {
    const ended = [...this.#watches].filter(
      ([, { subject }]) =>
        exchanged.ports.includes(subject.port ?? '') || exchanged.services.includes(subject.service ?? ''),
    )
    // At once: of several checks at the same time, one reports a gap.
    for (const [key] of ended) this.#watches.delete(key)
    await Promise.all(ended.map(([, watch]) => watch.end(limitMs)))
    return ended.flatMap(([, { subject, gapMs }]) => {
      const measured = gapMs()
      return measured === undefined ? [] : [{ ...subject, gapMs: measured }]
    })
  }

  /** At the end of a deploy. */
  stop(): void {
    for (const watch of this.#watches.values()) watch.stop()
    this.#watches.clear()
  }

  #start(subject: Watch['subject'], isGood: () => Promise<boolean>): void {
    const key = JSON.stringify(subject)
    this.#watches.get(key)?.stop()
    this.#watches.set(key, startWatch(subject, isGood, this.#clock))
  }
}

/** How long an exchanged port may take to answer; one that takes longer is not waited for. */
const ANSWER_MS = 5_000

/**
 * Ends the measurement of what is healthy, and reports the gaps. Returns `, 3.1 s without an answer on port 8000` for the
 * result of the step.
 */
export async function reportGaps(
  exchanged: { ports: readonly string[]; services: readonly string[] },
  { run, measured }: { run: { gaps: Gaps }; measured: (gaps: readonly Gap[]) => void },
): Promise<string> {
  const gaps = await run.gaps.end(exchanged, ANSWER_MS)
  if (gaps.length > 0) measured(gaps)
  return gaps.map((gap) => `, ${(gap.gapMs / 1000).toFixed(1)} s without ${renderSubject(gap)}`).join('')
}

function renderSubject({ port, service }: Gap): string {
  return port === undefined ? `a healthy ${service ?? 'container'}` : `an answer on port ${port}`
}

/** The port of a URL. */
export function portOf(url: string): string {
  const { port, protocol } = new URL(url)
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port
}

function startWatch(subject: Watch['subject'], isGood: () => Promise<boolean>, clock: Clock): Watch {
  const over = new AbortController()
  let lastGoodMs = clock.now()
  let hasFailed = false
  let longestMs: number | undefined
  let begun = 0
  let lastGood = 0
  const sawGood = (): void => {
    const now = clock.now()
    if (hasFailed) longestMs = Math.max(longestMs ?? 0, now - lastGoodMs)
    hasFailed = false
    lastGoodMs = now
  }
  const run = async (): Promise<void> => {
    while (!over.signal.aborted) {
      begun += 1
      const number = begun
      if (await isGood()) {
        lastGood = number
        sawGood()
      } else hasFailed = true
      await clock.sleep(EVERY_MS, over.signal).catch(() => undefined)
    }
  }
  const running = run()
  return {
    subject,
    gapMs: () => longestMs,
    stop: () => over.abort(),
    end: async (limitMs) => {
      const untilMs = clock.now() + limitMs
      const before = begun
      // An old container never runs again: a new one is healthy.
      const isOver = (): boolean => subject.port === undefined || lastGood > before || clock.now() >= untilMs
      while (!isOver()) await clock.sleep(EVERY_MS)
      over.abort()
      await running
      if (subject.port === undefined) sawGood()
    },
  }
}
