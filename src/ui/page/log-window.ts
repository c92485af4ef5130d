import type { LogAnswer, LogKind } from './model.ts'

/** A line as the page shows it. */
export type ShownLine = {
  /** Counts up, for a key. */
  id: number
  atMs: number
  /** `backend-1`; with several hosts `a.example.com backend-1`. */
  name: string
  service: string
  kind: LogKind
  text: string
}

export type LogFilter = { text: string; service: string }

/** The last lines of a log of any length, and those of them that match a filter. Memory does not grow beyond `most` lines. */
export class LogWindow {
  readonly #most: number
  #lines: ShownLine[] = []
  #shown: ShownLine[] = []
  #filter: LogFilter = { text: '', service: '' }
  #nextId = 0
  #session = ''
  #services = new Set<string>()
  /** Lines that may come a second time. */
  #again = new Set<string>()

  constructor(most: number) {
    this.#most = most
  }

  /** Those that match, oldest first. */
  get shown(): readonly ShownLine[] {
    return this.#shown
  }

  /** How many lines have come in all, and how many are kept. */
  get counts(): { all: number; kept: number } {
    return { all: this.#nextId, kept: this.#lines.length }
  }

  /** Sorted. */
  get services(): readonly string[] {
    return [...this.#services].sort()
  }

  add({ session, containers, lines }: LogAnswer): void {
    const isAgain = this.#session !== '' && session !== this.#session
    this.#session = session
    const hosts = new Set(containers.map(({ host }) => host))
    for (const { service } of containers) this.#services.add(service)
    if (isAgain) this.#again = this.#lastKeys(lines[0]?.[0] ?? 0)
    const added = lines.flatMap(([atMs, index, kind, text]): ShownLine[] => {
      const container = containers[index]
      if (container === undefined) return []
      const { host, service } = container
      const name = hosts.size > 1 ? `${host} ${container.name}` : container.name
      if (this.#again.delete(keyOf({ atMs, name, text }))) return []
      return [{ id: this.#nextId++, atMs, name, service, kind, text }]
    })
    for (const line of added) this.#lines.push(line)
    for (const line of added) if (this.#matches(line)) this.#shown.push(line)
    this.#trim()
  }

  filter(filter: LogFilter): void {
    this.#filter = { ...filter, text: filter.text.toLowerCase() }
    this.#shown = this.#lines.filter((line) => this.#matches(line))
  }

  /** A tenth more may be kept, so that not every line moves all others. */
  #trim(): void {
    if (this.#lines.length <= this.#most * 1.1) return
    this.#lines = this.#lines.slice(-this.#most)
    const oldest = this.#lines[0]?.id ?? 0
    this.#shown = this.#shown.filter(({ id }) => id >= oldest)
  }

  #matches({ service, name, text }: ShownLine): boolean {
    const { text: sought, service: wanted } = this.#filter
    if (wanted !== '' && service !== wanted) return false
    return sought === '' || text.toLowerCase().includes(sought) || name.toLowerCase().includes(sought)
  }

  #lastKeys(sinceMs: number): Set<string> {
    const keys = new Set<string>()
    for (let index = this.#lines.length - 1; index >= 0; index -= 1) {
      const line = this.#lines[index]
      // The lines of several hosts are only roughly in order.
      if (line === undefined || line.atMs < sinceMs - 1000) break
      keys.add(keyOf(line))
    }
    return keys
  }
}

function keyOf({ atMs, name, text }: Pick<ShownLine, 'atMs' | 'name' | 'text'>): string {
  return `${atMs} ${name} ${text}`
}
