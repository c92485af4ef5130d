import { LOG_OVERLAP_MS, type LogAnswer, type LogKind, type LogLineView } from './model.ts'

/** A line as the page shows it. */
export type ShownLine = {
  /** Counts up, for a key. */
  id: number
  atMs: number
  host: string
  /** `backend-1`; of an environment with several hosts `a.example.com backend-1`. */
  name: string
  service: string
  kind: LogKind
  text: string
}

export type LogFilter = { text: string; service: string }

type LastLine = Pick<ShownLine, 'host' | 'atMs' | 'text'>

/** A little longer than what the server sends again. */
const AGAIN_MS = LOG_OVERLAP_MS + 1_000

/** What a line costs besides its text. */
const LINE_BYTES = 200

/**
 * The last lines of a log of any length, and those of them that match a filter. Memory does not grow beyond `most` lines, nor much
 * beyond `mostBytes`.
 */
export class LogWindow {
  readonly #most: number
  readonly #mostBytes: number
  #lines: ShownLine[] = []
  #shown: ShownLine[] = []
  #bytes = 0
  #filter: LogFilter = { text: '', service: '' }
  #nextId = 0
  #removed = 0
  #session = ''
  #services = new Set<string>()
  #last = new Map<string, number>()
  /** The last line of each container, by host and name. */
  #lastOf = new Map<string, LastLine>()
  /** Lines that may come a second time, and how many of each. */
  #again = new Map<string, number>()
  /**
   * The last line of each container before its host was opened again, until that line or a later one came: of those that the server
   * sends again.
   */
  #expected = new Map<string, LastLine>()

  constructor(most: number, mostBytes = Infinity) {
    this.#most = most
    this.#mostBytes = mostBytes
  }

  /** Those that match, oldest first. */
  get shown(): readonly ShownLine[] {
    return this.#shown
  }

  /** How many lines have come in all, and how many are kept. */
  get counts(): { all: number; kept: number } {
    return { all: this.#nextId, kept: this.#lines.length }
  }

  /** How many lines that matched were dropped since the filter was set: by so many, the others have moved up. */
  get removed(): number {
    return this.#removed
  }

  /** Sorted. */
  get services(): readonly string[] {
    return [...this.#services].sort()
  }

  /** The time of the last line of each host, from which the server continues if it has forgotten this page. */
  get last(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#last)
  }

  add({ session, reopened, hosts, containers, lines }: LogAnswer): void {
    const isOther = this.#session !== '' && session !== this.#session
    const again = isOther ? new Set(this.#lines.map(({ host }) => host)) : reopened
    for (const host of again) this.#expectAgain(host)
    this.#session = session
    for (const { service } of containers) this.#services.add(service)
    const added = lines.flatMap(([atMs, index, kind, text]: LogLineView) => {
      const container = containers[index]
      if (container === undefined) return []
      const { host, service } = container
      const name = hosts > 1 ? `${host} ${container.name}` : container.name
      return this.#take({ atMs, host, name, service, kind, text })
    })
    for (const line of added) {
      this.#lines.push(line)
      this.#bytes += bytesOf(line)
      if (this.#matches(line)) this.#shown.push(line)
    }
    this.#trim()
  }

  filter(filter: LogFilter): void {
    this.#filter = { ...filter, text: filter.text.toLowerCase() }
    this.#shown = this.#lines.filter((line) => this.#matches(line))
    this.#removed = 0
  }

  /** The line, unless it came before; after one that says so, if lines between it and the last one are missing. */
  #take(line: Omit<ShownLine, 'id'>): ShownLine[] {
    const { atMs, host, kind, text } = line
    const isMissing = kind !== 2 && this.#isGap(line)
    if (kind !== 2) {
      this.#last.set(host, Math.max(this.#last.get(host) ?? 0, atMs))
      this.#lastOf.set(containerOf(line), { host, atMs, text })
    }
    if (this.#cameBefore(line)) return []
    const gap = { ...line, kind: 2 as const, text: '… lines are left out: the log does not go back further' }
    return [...(isMissing ? [gap] : []), line].map((it) => ({ id: this.#nextId++, ...it }))
  }

  #cameBefore(line: Omit<ShownLine, 'id'>): boolean {
    if (this.#again.size === 0) return false
    const key = keyOf(line)
    const times = this.#again.get(key) ?? 0
    if (times > 0) this.#again.set(key, times - 1)
    return times > 0
  }

  /** Whether lines of a container are missing before its first new one: the last one before the break did not come again. */
  #isGap(line: Omit<ShownLine, 'id'>): boolean {
    const { atMs, text } = line
    const container = containerOf(line)
    const expected = this.#expected.get(container)
    if (expected === undefined || atMs < expected.atMs) return false
    const isLater = atMs > expected.atMs
    if (isLater || text === expected.text) this.#expected.delete(container)
    return isLater
  }

  #expectAgain(host: string): void {
    const lastMs = this.#last.get(host) ?? 0
    for (const key of this.#again.keys()) if (key.startsWith(`${host} `)) this.#again.delete(key)
    for (const [container, last] of this.#lastOf) {
      if (last.host !== host) continue
      if (last.atMs >= lastMs - LOG_OVERLAP_MS) this.#expected.set(container, last)
      else this.#expected.delete(container)
    }
    for (const line of this.#lines) {
      if (line.host !== host || (line.atMs < lastMs - AGAIN_MS && line.kind !== 2)) continue
      const key = keyOf(line)
      this.#again.set(key, (this.#again.get(key) ?? 0) + 1)
    }
  }

  /** A tenth more may be kept, so that not every line moves all others. */
  #trim(): void {
    if (this.#lines.length <= this.#most * 1.1 && this.#bytes <= this.#mostBytes * 1.1) return
    let dropped = 0
    for (const line of this.#lines) {
      if (this.#lines.length - dropped <= this.#most && this.#bytes <= this.#mostBytes) break
      this.#bytes -= bytesOf(line)
      dropped += 1
    }
    this.#lines = this.#lines.slice(dropped)
    const oldest = this.#lines[0]?.id ?? this.#nextId
    const before = this.#shown.length
    this.#shown = this.#shown.filter(({ id }) => id >= oldest)
    this.#removed += before - this.#shown.length
  }

  #matches({ service, name, text }: ShownLine): boolean {
    const { text: sought, service: wanted } = this.#filter
    if (wanted !== '' && service !== wanted) return false
    return sought === '' || text.toLowerCase().includes(sought) || name.toLowerCase().includes(sought)
  }
}

/** A browser keeps a text in one byte or two for each character. */
function bytesOf({ text }: ShownLine): number {
  return LINE_BYTES + 2 * text.length
}

function containerOf({ host, name }: Pick<ShownLine, 'host' | 'name'>): string {
  return `${host} ${name}`
}

function keyOf(line: Pick<ShownLine, 'host' | 'atMs' | 'name' | 'text'>): string {
  return `${containerOf(line)} ${line.atMs} ${line.text}`
}
