import { DrayError } from '../../../errors/dray-error.ts'
import type { Clock } from '../../../shared/clock.ts'
import type { Engine } from '../../model/ports.ts'
import type { Container } from '../../model/container.ts'
import { promiseOfEvent } from '../promise-of-event.ts'
import { changePinScript, holdPinScript, PINNED } from './pin-script.ts'

/** The pins of a proxy end on their own after this time without a renewal. */
const HELD_SECONDS = 45
const RENEWED_MS = 15_000
const NOTHING_PINNED = 7

type Pinned = { lines: readonly string[]; atEnd: readonly string[]; end: AbortController }

/**
 * Names that dray pins to addresses in the containers of proxies that resolve names while they run. They stay until
 * `end`, and end on their own if this process or its connection dies.
 */
export class NamePins {
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #app: string
  readonly #pinned = new Map<string, Pinned>()

  /** `app`: the Compose project; another one may pin other names in the same proxy. */
  constructor(engine: Engine, clock: Clock, app: string) {
    this.#app = app
    this.#engine = engine
    this.#clock = clock
  }

  /**
   * Pins the names of `lines` (`ADDRESS NAME…`) in a proxy's container, instead of those pinned there before. `atEnd`: what the
   * proxy runs when the pins end. Throws PROXY_FAILED.
   */
  async set(proxy: Container, lines: readonly string[], atEnd: readonly string[] = []): Promise<void> {
    const pinned = this.#pinned.get(proxy.id)
    if (pinned !== undefined) {
      pinned.lines = lines
      const exitCode = await this.#run(proxy, ['change', ...lines])
      if (exitCode === 0) return
      if (exitCode !== NOTHING_PINNED) throw notPinned(proxy, `exit code ${exitCode}`)
    }
    const entry = pinned ?? { lines, atEnd, end: new AbortController() }
    await this.#hold(proxy, entry)
    if (pinned === undefined) this.#renew(proxy, entry)
  }

  /**
   * The same; false without lines, and if the names cannot be pinned there. What was pinned there before ends then. Throws only if
   * `signal` aborts.
   */
  async trySet(container: Container, lines: readonly string[], signal?: AbortSignal): Promise<boolean> {
    try {
      if (lines.length > 0) {
        await this.set(container, lines)
        return true
      }
    } catch {
      signal?.throwIfAborted()
    }
    await this.#endAt(container.id)
    return false
  }

  /** Ends the pins of every container. Never throws: they end on their own. */
  async end(): Promise<void> {
    await Promise.all([...this.#pinned.keys()].map((id) => this.#endAt(id)))
  }

  /** Stops renewing, without a request to any host. */
  release(): void {
    for (const { end } of this.#pinned.values()) end.abort()
    this.#pinned.clear()
  }

  /** Never throws. */
  async #endAt(id: string): Promise<void> {
    const pinned = this.#pinned.get(id)
    if (pinned === undefined) return
    pinned.end.abort()
    this.#pinned.delete(id)
    await this.#engine.exec(id, shell(changePinScript, [this.#app, 'end']), ROOT).catch(() => undefined)
    if (pinned.atEnd.length > 0) await this.#engine.exec(id, pinned.atEnd).catch(() => undefined)
  }

  async #hold(proxy: Container, { lines, atEnd }: Pinned): Promise<void> {
    const { promise: pinned, resolve: reportPinned } = promiseOfEvent()
    const ended = this.#engine
      .exec(proxy.id, shell(holdPinScript, [this.#app, String(HELD_SECONDS), atEnd.join(' '), ...lines]), {
        ...ROOT,
        onLine: (line) => {
          if (line === PINNED) reportPinned()
        },
      })
      .then(({ exitCode, output }) => {
        throw notPinned(proxy, output.trim() || `exit code ${exitCode}`)
      })
    // After the names are pinned, their end is no failure.
    ended.catch(() => undefined)
    await Promise.race([pinned, ended])
  }

  #renew(proxy: Container, pinned: Pinned): void {
    const { signal } = pinned.end
    this.#pinned.set(proxy.id, pinned)
    const renewing = async (): Promise<void> => {
      for (;;) {
        await this.#clock.sleep(RENEWED_MS, signal)
        // The container may restart at that moment, which takes the lines out, or the connection may be bad.
        await this.#renewOnce(proxy, pinned).catch(() => undefined)
      }
    }
    // Ends with its signal.
    renewing().catch(() => undefined)
  }

  async #renewOnce(proxy: Container, pinned: Pinned): Promise<void> {
    const renewed = await this.#run(proxy, ['renew'])
    if (renewed === NOTHING_PINNED && !pinned.end.signal.aborted) await this.#hold(proxy, pinned)
  }

  async #run(proxy: Container, args: readonly string[]): Promise<number> {
    return (await this.#engine.exec(proxy.id, shell(changePinScript, [this.#app, ...args]), ROOT)).exitCode
  }
}

const ROOT = { user: '0' } as const

function shell(script: string, args: readonly string[]): string[] {
  return ['sh', '-c', script, 'dray', ...args]
}

function notPinned({ service }: Container, reason: string): DrayError {
  return new DrayError(
    'PROXY_FAILED',
    `The addresses for ${service} could not be written to its /etc/hosts: ${reason}.`,
  )
}
