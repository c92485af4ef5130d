/** In which order tags were first pushed: GHCR lists them so, the registry behind sorts them by name. */
export class TagOrder {
  readonly #tags = new Map<string, string[]>()

  /** Notes a pushed manifest; a push by digest has no tag. */
  notePush(repository: string, reference: string): void {
    if (reference.startsWith('sha256:')) return
    const tags = this.#tags.get(repository) ?? []
    if (!tags.includes(reference)) this.#tags.set(repository, [...tags, reference])
  }

  /** One page, oldest first. `next` is the path of the following page. */
  page(repository: string, query: URLSearchParams): { tags: string[]; next: string | undefined } {
    const all = this.#tags.get(repository) ?? []
    const size = Math.min(Number(query.get('n') ?? '100') || 100, 1000)
    const last = query.get('last')
    const start = last === null ? 0 : all.indexOf(last) + 1
    const tags = all.slice(start, start + size)
    const more = start + size < all.length
    const next = `/v2/${repository}/tags/list?last=${encodeURIComponent(tags.at(-1) ?? '')}&n=${size}`
    return { tags, next: more ? next : undefined }
  }

  has(repository: string): boolean {
    return this.#tags.has(repository)
  }
}
