type Answer = {
  RepoTags?: readonly string[] | null | undefined
  RepoDigests?: readonly string[] | null | undefined
}

/**
 * The names of an image as the Engine lists it. With containerd's store, `RepoDigests` has a single name, whichever
 * repository it is from, and `RepoTags` has every other one, `repo@sha256:…` included: `digests` has all of these.
 */
export function readImageNames({ RepoTags, RepoDigests }: Answer): { tags: string[]; digests: string[] } {
  // Engines before 25 use `<none>:<none>` for an image without a name.
  const named = (names: readonly string[] | null | undefined): string[] =>
    (names ?? []).filter((name) => !name.startsWith('<none>'))
  const tags = named(RepoTags)
  return { tags, digests: [...new Set([...named(RepoDigests), ...tags.filter((it) => it.includes('@'))])] }
}
